# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What earlier events did to demand, and what the next one may do.

An event multiplies the demand of the days it lasts by its *ratio* (1.4 = 40 % more). A period
of which the event covers the share `s` of the days is multiplied by ``1 + s·(ratio − 1)``.

The ratio of an earlier event is that of sums over its products and periods::

    ratio = 1 + Σ (actual − baseline) / Σ (share · baseline)

so that large articles weigh more than small ones and a period without demand does no harm.
Ratios of several events are pooled on the log scale and shrunk along kind → category →
product, each level towards the one above it and the kind towards "no effect", by `PRIOR`
pseudo-events (the usual empirical-Bayes form ``(Σx + k·parent) / (n + k)``; Efron & Morris
1975). The events, not the articles, are what is counted: articles of one event share its luck.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

#: pseudo-events with which a level believes the level above it
PRIOR = 1.0
#: log deviation from event to event expected before any is seen, and its weight in events
PRIOR_SD, PRIOR_DF = 0.35, 2.0
#: a closure may end all demand; the logarithm needs a floor
FLOOR = 0.02
#: two-sided 80 % quantiles of Student's t by degrees of freedom 2, 3, …, 12; beyond: normal
T80 = (1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356)


@dataclass(frozen=True)
class Uplift:
    """Ratio of demand with to demand without an event, and what it rests on.

    `level` is "product", "category", "kind" or "none"; `events` the number of earlier
    events on that level; `low` and `high` bound the next event's ratio with 80 %.
    """

    ratio: float = 1.0
    low: float = 1.0
    high: float = 1.0
    events: int = 0
    level: str = "none"


def coverage(starts, end, first_day, last_day):
    """Share of each period's days that lie in an event.

    :param starts: first days of consecutive periods (dates, ascending)
    :param end: day after the last period
    :param first_day: first day of the event
    :param last_day: last day of the event (included)
    :returns: array of shares 0 … 1
    """
    if not len(starts):
        return np.zeros(0)
    days = np.array([day.toordinal() for day in (*starts, end)], dtype=float)
    begin, stop = days[:-1], days[1:]
    overlap = np.minimum(stop, last_day.toordinal() + 1) - np.maximum(
        begin, first_day.toordinal()
    )
    return np.clip(overlap, 0, None) / (stop - begin)


def baseline_without(y, touched, season=1, reach=3):
    """Demand that the touched periods would have had.

    Mean of the `reach` nearest untouched periods on either side, their season taken out
    and the touched period's put in where two full seasons of untouched periods are seen.

    :param y: demand by period (array)
    :param touched: True where an event, a stock-out or an outlier makes it unusable
    :param season: periods of a season, 1 for none
    :returns: array like `y`: the baseline of touched periods, `y` elsewhere; NaN where
        there is no untouched period at all
    """
    y = np.asarray(y, dtype=float)
    touched = np.asarray(touched, dtype=bool)
    clean = np.flatnonzero(~touched)
    result = y.copy()
    if not clean.size:
        result[touched] = np.nan
        return result
    index = _season_index(y, clean, season)
    level = y / index
    for position in np.flatnonzero(touched):
        cut = np.searchsorted(clean, position)
        near = np.concatenate(
            [clean[max(cut - reach, 0) : cut], clean[cut : cut + reach]]
        )
        result[position] = level[near].mean() * index[position]
    return result


def _season_index(y, clean, season):
    """Seasonal index of each period, half believed (shrunk by one pseudo-season)."""
    ones = np.ones(len(y))
    if season < 2 or clean.size < 2 * season or y[clean].mean() <= 0:
        return ones
    slot = np.arange(len(y)) % season
    counts = np.bincount(slot[clean], minlength=season)
    sums = np.bincount(slot[clean], weights=y[clean], minlength=season)
    mean = y[clean].mean()
    index = (sums / mean + 1.0) / (counts + 1.0)
    return np.maximum(index / index.mean(), 0.05)[slot]


def observe(y, shares, unusable=None, season=1):
    """What each event of one series did.

    Periods that two events touch, and unusable ones (stock-out), speak for none.

    :param y: demand by period (array)
    :param shares: dict event -> array of shares of each period (see `coverage`)
    :param unusable: True where the demand of a period is not to be believed
    :returns: dict event -> (extra, exposure): Σ (actual − baseline) and Σ share·baseline,
        only of events with some exposure
    """
    y = np.asarray(y, dtype=float)
    if not shares or not y.size:
        return {}
    bad = (
        np.zeros(y.size, bool)
        if unusable is None
        else np.asarray(unusable, dtype=bool).copy()
    )
    stack = np.vstack([np.asarray(share, dtype=float) for share in shares.values()])
    count = (stack > 0).sum(axis=0)
    base = baseline_without(y, (count > 0) | bad, season)
    found = {}
    for event, share in zip(shares, stack, strict=True):
        alone = (share > 0) & (count == 1) & ~bad & np.isfinite(base)
        exposure = float((share[alone] * base[alone]).sum())
        if exposure > 0:
            found[event] = (float((y[alone] - base[alone]).sum()), exposure)
    return found


def ratio_of(extra, exposure):
    """Ratio of an event, at least 0 (see the module)."""
    return max(1.0 + extra / exposure, 0.0)


class Record:
    """Record of earlier events; proposes the ratio of the next.

    :param rows: iterable of (event, kind, category, product, extra, exposure), the last
        two as `observe` returns them; events of different kinds never mix
    """

    def __init__(self, rows):
        sums = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
        for event, kind, category, product, extra, exposure in rows:
            for key in ((kind,), (kind, category), (kind, category, product)):
                cell = sums[key][event]
                cell[0] += extra
                cell[1] += exposure
        self._ratios = {
            key: {
                event: ratio_of(extra, exposure)
                for event, (extra, exposure) in by_event.items()
                if exposure > 0
            }
            for key, by_event in sums.items()
        }

    def ratio(self, kind, event, category=None):
        """Measured ratio of one earlier event over all its products (those of one
        category, where given and seen), or None."""
        whole = self._ratios.get((kind,), {}).get(event)
        if category is None:
            return whole
        return self._ratios.get((kind, category), {}).get(event, whole)

    def propose(self, kind, category=None, product=None):
        """Ratio to expect of the next event of this kind (an `Uplift`)."""
        estimate, events, level = 0.0, 0, "none"
        keys = {
            "kind": (kind,),
            "category": (kind, category),
            "product": (kind, category, product),
        }
        for name, key in keys.items():
            logs = self._logs(key)
            if logs.size:
                estimate = (logs.sum() + PRIOR * estimate) / (logs.size + PRIOR)
                events, level = int(logs.size), name
        if not events:
            return Uplift()
        reach = self._spread(kind) * math.sqrt(1.0 + 1.0 / (events + PRIOR))
        return Uplift(
            ratio=math.exp(estimate),
            low=math.exp(estimate - reach),
            high=math.exp(estimate + reach),
            events=events,
            level=level,
        )

    def _logs(self, key):
        ratios = self._ratios.get(key, {})
        return np.log(np.maximum(list(ratios.values()), FLOOR))

    def _spread(self, kind):
        """Half the width of the 80 % interval of one event, on the log scale."""
        logs = self._logs((kind,))
        squares = float(((logs - logs.mean()) ** 2).sum())
        df = logs.size - 1 + PRIOR_DF
        sd = math.sqrt((squares + PRIOR_DF * PRIOR_SD**2) / df)
        return sd * (T80[int(df) - 2] if df < 2 + len(T80) else 1.2816)


def period_factors(share, ratio):
    """Factor by which an event multiplies the demand of each period."""
    return 1.0 + np.asarray(share, dtype=float) * (ratio - 1.0)


def effect(baseline, share, ratio, dip_share=None, pulled=0.0):
    """What an event adds to each period of one series' forecast.

    :param baseline: forecast without the event, by period
    :param share: the event's share of each period
    :param ratio: demand with to demand without the event
    :param dip_share: share of each period that lies in the weeks after the event
    :param pulled: part (0 … 1) of the extra demand that customers only bought earlier; it
        is missing afterwards, in proportion to the baseline there and never more than it
    :returns: array of signed quantities
    """
    baseline = np.asarray(baseline, dtype=float)
    extra = baseline * (period_factors(share, ratio) - 1.0)
    if pulled > 0 and dip_share is not None and extra.sum() > 0:
        weight = baseline * np.asarray(dip_share, dtype=float)
        if weight.sum() > 0:
            missing = min(pulled * extra.sum(), weight.sum())
            extra = extra - missing * weight / weight.sum()
    return extra


def spread_quantity(weights, total):
    """Split a stated quantity over series and periods in proportion to `weights`
    (an array of any shape); evenly where all weights are zero."""
    weights = np.asarray(weights, dtype=float)
    if not weights.size:
        return weights
    if weights.sum() <= 0:
        return np.full(weights.shape, total / weights.size)
    return total * weights / weights.sum()
