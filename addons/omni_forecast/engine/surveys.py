# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Delphi rounds and market research, as figures.

Sources: Rowe & Wright, "The Delphi technique as a forecasting tool", *International Journal
of Forecasting* 15 (1999); von der Gracht, "Consensus measurement in Delphi studies",
*Technological Forecasting & Social Change* 79 (2012) – spread and stability as stopping
rules; Wilson, *JASA* 22 (1927) – interval of a share; Morwitz, Steckel & Gupta, "When do
purchase intentions predict sales?", *International Journal of Forecasting* 23 (2007) –
stated intent must be calibrated by what earlier studies came to.
"""

from dataclasses import dataclass

import numpy as np

CONVERSION = 0.3  # share of the stated intents that become purchases, without a record


def panel_summary(values):
    """Median and quartiles of the answers to one question (linear interpolation).

    10, 20, 30, 40 → median 25, quartiles 17.5 and 32.5.

    :param values: (N,) answers
    :returns: dict with n, median, q1, q3; all None but n where nobody answered
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        return {"n": 0, "median": None, "q1": None, "q3": None}
    q1, median, q3 = np.quantile(values, (0.25, 0.5, 0.75))
    return {"n": len(values), "median": float(median), "q1": float(q1), "q3": float(q3)}


def converged(now, before, spread=0.15, change=0.05):
    """Whether a panel agrees: for every period the quartile distance is at most `spread`
    of the median, and the median moved by at most `change` since the round before.

    :param now, before: lists of dicts as `panel_summary` gives; before may be None in the
        first round, which then needs the narrow spread alone
    :returns: bool
    """
    for index, one in enumerate(now):
        if one["median"] is None:
            return False
        size = max(abs(one["median"]), 1e-9)
        if (one["q3"] - one["q1"]) / size > spread + 1e-9:
            return False
        old = before[index]["median"] if before else None
        if old is not None and abs(one["median"] - old) / size > change + 1e-9:
            return False
    return bool(now)


def wilson(count, size, z=1.959964):
    """Wilson's interval of a share; 30 of 200 → 0.1071 … 0.2061 at 95 %.

    :returns: (low, high)
    :raises ValueError: size is not positive, count is outside 0 … size
    """
    if size <= 0:
        raise ValueError("size: a survey needs at least one answer.")
    if not 0 <= count <= size:
        raise ValueError("count: must lie between 0 and the size of the survey.")
    share = count / size
    centre = share + z * z / (2 * size)
    half = z * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    whole = 1 + z * z / size
    return max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)


@dataclass(frozen=True)
class SurveyDemand:
    """Demand over the horizon: expected, and the ends of its interval."""

    mean: float
    low: float
    high: float


def intent_demand(size, count, market, reach, conversion, per_buyer, z=1.959964):
    """Demand from a survey of purchase intent.

    market · reach · (count / size) · conversion · quantity per buyer; the interval is
    Wilson's for the share who intend to buy (the other figures are taken as given).

    200 asked, 30 intend, market 10,000, reach 0.5, conversion 0.4, 2 each:
    10,000 · 0.5 · 0.15 · 0.4 · 2 = 600.

    :param size, count: people asked, and those who intend to buy
    :param market: possible buyers; :param reach: share of them who can get it, 0 … 1
    :param conversion: share of intents that become purchases, 0 … 1
    :param per_buyer: quantity of one buyer over the horizon
    :returns: SurveyDemand
    """
    low, high = wilson(count, size, z)
    for name, value in (("reach", reach), ("conversion", conversion)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name}: must lie between 0 and 1.")
    for name, value in (("market", market), ("per_buyer", per_buyer)):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name}: must be zero or more.")
    factor = market * reach * conversion * per_buyer
    return SurveyDemand(factor * count / size, factor * low, factor * high)


def calibrated_conversion(pairs, prior=CONVERSION, strength=2.0):
    """Conversion that earlier studies came to, shrunk towards the prior.

    (Σ actual + k·p·s) / (Σ intended + k·s), s the mean intended demand. Intended 1000 and
    500, actual 350 and 250, p = 0.3, k = 2: (600 + 450) / (1500 + 1500) = 0.35.

    :param pairs: (demand if every intent had become a purchase, actual demand)
    :returns: float, 0 … 1
    """
    pairs = np.asarray(pairs, dtype=float).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1) & (pairs[:, 0] > 0)]
    if not len(pairs):
        return prior
    intended, actual = pairs.sum(axis=0)
    extra = strength * intended / len(pairs)
    return float(np.clip((actual + prior * extra) / (intended + extra), 0.0, 1.0))
