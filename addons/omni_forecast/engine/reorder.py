# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a forecast and its lead-time quantile to reorder point and order-up-to level.

Sources: the (R, s, S) policy of Silver, Pyke & Thomas, *Inventory and Production
Management in Supply Chains*, 4th ed. 2017, ch. 6 – the reorder point s covers the
demand of lead time plus review period, the order-up-to level S adds one cycle of
demand. Variable lead times: the same, ch. 6, and Hadley & Whitin 1963, ch. 3: the variance of
the demand of a random lead time L is E(L)·Var(D) + E(D)²·Var(L). ABC by cumulative share of
value: the same, ch. 2.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

PERIOD_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12}


@dataclass(frozen=True)
class Levels:
    """Arrays (N,): reorder point, order-up-to level, expected demand of the lead time
    (protection interval), safety stock and demand of one order cycle."""

    minimum: np.ndarray
    maximum: np.ndarray
    expected: np.ndarray
    safety: np.ndarray
    cycle: np.ndarray


def protection_periods(lead_days, review_days, freq):
    """Whole periods (>= 1) that cover lead time plus review period.

    :param lead_days, review_days: days, scalar or (N,)
    :param freq: "D", "W" or "M"
    :returns: (N,) int
    """
    days = np.asarray(lead_days, dtype=float) + np.asarray(review_days, dtype=float)
    if (days < 0).any():
        raise ValueError("lead_days + review_days must not be negative.")
    return np.maximum(1, np.ceil(days / PERIOD_DAYS[freq] - 1e-9)).astype(int)


def round_up(quantity, step):
    """Smallest multiple of `step` that is not below `quantity` (both (N,) or scalar)."""
    quantity, step = np.asarray(quantity, dtype=float), np.asarray(step, dtype=float)
    if (step <= 0).any():
        raise ValueError("step must be greater than 0.")
    return np.round(np.ceil(np.round(quantity / step, 6)) * step, 6)


def reorder_levels(
    *,
    quantile,
    mean_total,
    mean_period,
    periods,
    lead_days,
    review_days,
    freq,
    step=1.0,
    moq=0.0,
    multiple=0.0,
    lead_sd=0.0,
    service=0.95,
):
    """Reorder point and order-up-to level of N articles.

    The engine knows the quantile of the total of *whole* periods; a lead time of ten
    days in monthly grain is a share f = days / (periods × days of a period) of that
    total. Expected demand shrinks with f, the safety part with √f (independent
    demands, variance proportional to time).

    base    = √f × max(0, quantile − mean_total)
    safety  = √(base² + (z × demand of a day × lead_sd)²)
    minimum = f × mean_total + safety
    maximum = minimum + max(demand of one review period, MOQ, one step)

    The quantile already holds the term E(L)·Var(D); z is the normal quantile of `service`.

    Both are rounded up: the minimum to `step`, the difference to `multiple`.

    :param quantile: (N,) quantile of the demand total of the next `periods`
    :param mean_total: (N,) mean forecast of the same total
    :param mean_period: (N,) mean forecast per period
    :param periods: (N,) int, see `protection_periods`
    :param lead_days, review_days: days
    :param freq: "D", "W" or "M"
    :param step: smallest quantity of the unit of measure
    :param moq: vendor's minimum quantity, in the unit of the demand; 0 = none
    :param multiple: order quantity is a multiple of this; 0 = none
    :param lead_sd: standard deviation of the lead time in days; 0 = certain
    :param service: (N,) or scalar, the probability that `quantile` stands for
    :returns: Levels
    :raises ValueError: a quantity is not finite, step is not positive
    """
    quantile, mean_total, mean_period = (
        np.maximum(0.0, np.asarray(value, dtype=float))
        for value in (quantile, mean_total, mean_period)
    )
    if not (
        np.isfinite(quantile).all()
        and np.isfinite(mean_total).all()
        and np.isfinite(mean_period).all()
    ):
        raise ValueError("quantile, mean_total and mean_period must be finite.")
    period_days = PERIOD_DAYS[freq]
    days = np.asarray(lead_days, dtype=float) + np.asarray(review_days, dtype=float)
    share = np.clip(days / (np.asarray(periods) * period_days), 0.0, 1.0)
    expected = share * mean_total
    safety = np.sqrt(share) * np.maximum(0.0, quantile - mean_total)
    spread = np.maximum(0.0, np.asarray(lead_sd, dtype=float))
    if spread.any():
        late = lead_safety(
            service, mean_total / (np.asarray(periods) * period_days), spread
        )
        safety = np.sqrt(safety**2 + late**2)
    cycle = mean_period / period_days * np.asarray(review_days, dtype=float)
    step = np.broadcast_to(np.asarray(step, dtype=float), expected.shape)
    lot = np.maximum(step, np.broadcast_to(np.asarray(multiple, float), expected.shape))
    minimum = round_up(expected + safety, step)
    gap = round_up(
        np.maximum.reduce([cycle, step, np.broadcast_to(moq, cycle.shape)]), lot
    )
    dead = (quantile <= 0) & (mean_total <= 0)
    return Levels(
        minimum=np.where(dead, 0.0, minimum),
        maximum=np.where(dead, 0.0, minimum + gap),
        expected=expected,
        safety=safety,
        cycle=cycle,
    )


def lead_safety(service, daily, lead_sd):
    """Safety stock that the vendor's unpunctuality alone asks for: z · demand of a day ·
    standard deviation of the lead time in days (all scalar or (N,))."""
    service = np.broadcast_to(np.asarray(service, float), np.shape(daily))
    z = np.array([NormalDist().inv_cdf(one) for one in service.ravel()])
    return np.maximum(0.0, z.reshape(service.shape)) * daily * lead_sd


def stock_value_change(before, after, cost, expected, is_new):
    """Change of the average stock's value that a rule change brings.

    Average stock under (s, S) is (s + S) / 2 − expected demand of the lead time; the
    last term falls out of a difference, but not for a rule that did not exist.

    :param before, after: pairs (minimum, maximum) of (N,) quantities
    :param cost: (N,) money per unit; :param expected: (N,) quantity
    :param is_new: (N,) bool
    :returns: (N,) money, positive = more capital in stock
    """
    cost = np.asarray(cost, dtype=float)
    level_before = (np.asarray(before[0], float) + np.asarray(before[1], float)) / 2
    level_after = (np.asarray(after[0], float) + np.asarray(after[1], float)) / 2
    fresh = np.maximum(0.0, level_after - np.asarray(expected, float))
    change = np.where(np.asarray(is_new, bool), fresh, level_after - level_before)
    return change * cost


def abc_classes(value, a_share=0.80, b_share=0.95):
    """ABC classes by cumulative share of value, largest first.

    An article is A while the share *before* it is under `a_share`, so the largest is
    always A; without any value every article is C.

    :param value: (N,) money >= 0
    :returns: (N,) array of "A", "B", "C"
    """
    value = np.maximum(0.0, np.nan_to_num(np.asarray(value, dtype=float)))
    classes = np.full(value.shape, "C", dtype=object)
    total = value.sum()
    if total <= 0:
        return classes
    order = np.argsort(-value, kind="stable")
    before = (np.cumsum(value[order]) - value[order]) / total
    ranked = np.where(before < a_share, "A", np.where(before < b_share, "B", "C"))
    ranked[value[order] <= 0] = "C"
    classes[order] = ranked
    return classes
