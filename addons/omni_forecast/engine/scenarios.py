# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What other settings would cost and bring, out of the stored results of a run.

Nothing is forecast anew: demand is scaled, the spread of the lead-time total is taken from the
stored quantile and scaled with demand and with the root of time, and the (R, s, S) policy is
evaluated with the normal loss function. Source: Silver, Pyke & Thomas, *Inventory and
Production Management in Supply Chains*, 4th ed. 2017, ch. 6: expected shortage per cycle
``σ·G(z)`` with ``G(z) = φ(z) − z·(1 − Φ(z))``, average stock ``z·σ + Q/2``.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .reorder import PERIOD_DAYS

NORMAL = NormalDist()


@dataclass(frozen=True)
class Base:
    """Stored results of N articles (arrays of length N).

    demand: expected demand of the horizon; lead_mean, lead_quantile: mean and quantile of
    the total of `periods` periods; service: the probability of that quantile; lead_days;
    cost, price: money per unit; supply: units on hand and on their way
    """

    demand: np.ndarray
    lead_mean: np.ndarray
    lead_quantile: np.ndarray
    periods: np.ndarray
    service: np.ndarray
    lead_days: np.ndarray
    cost: np.ndarray
    price: np.ndarray
    supply: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """What a scenario comes to, over the horizon.

    demand, shortage: units; revenue, margin, shortage_value (at sales price), stock_value
    (average stock at cost), purchase_value: money; fill: share of demand served from stock
    """

    demand: float
    shortage: float
    revenue: float
    margin: float
    shortage_value: float
    stock_value: float
    purchase_value: float
    fill: float


def loss(z):
    """Normal loss function G(z) = φ(z) − z·(1 − Φ(z)), for an array."""
    z = np.asarray(z, dtype=float)
    flat = [NORMAL.pdf(one) - one * (1.0 - NORMAL.cdf(one)) for one in z.ravel()]
    return np.maximum(np.array(flat).reshape(z.shape), 0.0)


def quantile_of(service):
    """z of each service level (array)."""
    service = np.asarray(service, dtype=float)
    known = {one: NORMAL.inv_cdf(one) for one in set(service.ravel().tolist())}
    return np.array([known[one] for one in service.ravel()]).reshape(service.shape)


def evaluate(
    base,
    *,
    freq,
    horizon,
    review_days,
    demand=None,
    factor=1.0,
    service=None,
    lead_change=0.0,
    price_change=0.0,
    elasticity=-1.0,
):
    """Evaluate one scenario.

    :param base: `Base`
    :param freq: "D", "W" or "M"
    :param horizon: number of periods that `base.demand` covers
    :param review_days: days between two orders
    :param demand: (N,) demand of the horizon where events change it; default the base's
    :param factor: demand is multiplied by it
    :param service: one service level for all, or (N,); default the base's
    :param lead_change: days added to (negative: taken from) each lead time
    :param price_change: change of the sales price, 0.1 = 10 % dearer
    :param elasticity: demand is multiplied by (1 + price_change) ** elasticity
    :returns: Outcome
    :raises ValueError: factor negative, price_change not above -1, service not inside 0 … 1
    """
    if factor < 0:
        raise ValueError(f"factor {factor} must not be negative.")
    if price_change <= -1:
        raise ValueError(f"price_change {price_change} must be above -1.")
    size = len(base.demand)
    wanted = np.maximum(base.demand if demand is None else np.asarray(demand), 0.0)
    wanted = wanted * factor * (1.0 + price_change) ** elasticity
    level = base.service if service is None else np.full(size, service, dtype=float)
    level = np.asarray(level, dtype=float)
    if size and not ((level > 0) & (level < 1)).all():
        raise ValueError("service must lie between 0 and 1.")
    z = quantile_of(level)
    day = PERIOD_DAYS[freq]
    covered = np.maximum(base.periods, 1) * day
    spread = np.maximum(base.lead_quantile - base.lead_mean, 0.0) / np.maximum(
        quantile_of(base.service), 1e-6
    )
    days = np.maximum(base.lead_days + lead_change, 0.0) + review_days
    grown = np.divide(
        wanted, base.demand, out=np.ones(size), where=np.asarray(base.demand) > 0
    )
    sigma = spread * grown * np.sqrt(days / covered)
    daily = wanted / (horizon * day)
    cycle = np.maximum(daily * max(review_days, 1), np.where(wanted > 0, 1.0, 0.0))
    safety = z * sigma
    stock = np.maximum(safety, 0.0) + cycle / 2
    orders = np.divide(wanted, cycle, out=np.zeros(size), where=cycle > 0)
    shortage = np.minimum(orders * sigma * loss(z), wanted)
    price = base.price * (1.0 + price_change)
    sold = wanted - shortage
    buy = np.maximum(wanted + stock - np.maximum(base.supply, 0.0), 0.0)
    total = float(wanted.sum())
    return Outcome(
        demand=total,
        shortage=float(shortage.sum()),
        revenue=float((sold * price).sum()),
        margin=float((sold * (price - base.cost)).sum()),
        shortage_value=float((shortage * price).sum()),
        stock_value=float((stock * base.cost).sum()),
        purchase_value=float((buy * base.cost).sum()),
        fill=float(sold.sum()) / total if total > 0 else 1.0,
    )
