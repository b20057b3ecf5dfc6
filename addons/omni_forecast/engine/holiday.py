# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What public holidays do to demand, learned from the history itself.

Working-day adjustment in the manner of the calendar regressors of X-13 (Findley et al.
1998): demand of a period = usual demand × (1 + Σ effect of a holiday × its share of the
period's working days). The usual demand is the running median of the deseasonalised
series without the periods that hold a holiday. Effects are pooled over all series of a
calendar (each weighted by its level), one by one drawn to the effect of all holidays, and
left out where they cannot be told from chance.
"""

import numpy as np
import pandas as pd

from .calendars import DEFAULT_SEASON
from .season import seasonal_index

WINDOW = {"M": 13, "W": 9, "D": 29}
LOW, HIGH = -0.98, 3.0  # a holiday closes the place at most, or multiplies by four
PRIOR = 4.0  # occurrences that the effect of all holidays counts for


def learn_effects(value, share, freq, season=None):
    """Effect of each holiday.

    Example: 100 in ordinary weeks, 60 in weeks with one holiday on five working days
    (share 0.2) → effect -2: clipped to -0.98, a whole day's demand; 80 → -1 → -0.98;
    90 → -0.5.

    :param value: (N, T) demand, right-aligned, NaN on the left
    :param share: (T, K) share of the working days of a period that holiday k takes
    :returns: (K,) effects; 0 where nothing is to be learned
    """
    count = share.shape[1] if share.ndim == 2 else 0
    if not count or not value.size:
        return np.zeros(count)
    m = DEFAULT_SEASON[freq] if season is None else season
    touched = share.sum(1) > 0
    index = np.ones(value.shape)
    if freq == "D":  # the weekday; a yearly season would hold the holidays themselves
        index = seasonal_index(np.where(touched, np.nan, value), m).over(value.shape[1])
        lost = touched & np.isnan(value).all(0)
        index[:, lost] = 1.0
    plain = np.where(touched, np.nan, value / index)
    usual = (
        pd.DataFrame(plain.T)
        .rolling(WINDOW[freq], center=True, min_periods=3)
        .median()
        .to_numpy()
        .T
        * index
    )
    with np.errstate(all="ignore"):
        level = np.nanmean(np.where(np.isnan(usual), 0.0, usual), axis=1)
        ratio = np.where(usual > 0.2 * level[:, None], value / usual - 1.0, np.nan)
    ratio[level <= 0] = np.nan
    weight = (
        np.where(np.isnan(ratio), 0.0, 1.0) * np.sqrt(np.maximum(level, 0))[:, None]
    )
    whole = weight.sum(0)
    with np.errstate(all="ignore"):
        mean = np.where(whole > 0, np.nansum(weight * ratio, axis=0) / whole, np.nan)
    rest = mean[~touched & ~np.isnan(mean)]
    known = touched & ~np.isnan(mean)
    if not known.any() or len(rest) < 6:
        return np.zeros(count)
    # noise of the mean of all series in one period, season's leftovers included
    noise = max(float(1.4826 * np.median(np.abs(rest - np.median(rest)))), 1e-6)
    centre = float(np.median(rest))
    total = share.sum(1)
    square = float((total[known] ** 2).sum())
    pooled = float((total[known] * (mean[known] - centre)).sum()) / square
    if abs(pooled) < 2.0 * noise / np.sqrt(square):
        pooled = 0.0
    effects = np.full(count, pooled)
    typical = square / known.sum()
    for k in range(count):
        own = known & (share[:, k] > 0)
        if not own.any():
            continue
        left = mean[own] - centre - pooled * (total[own] - share[own, k])
        power = float((share[own, k] ** 2).sum())
        raw = float((share[own, k] * left).sum()) / power
        if pooled == 0.0 and abs(raw) < 2.5 * noise / np.sqrt(power):
            effects[k] = 0.0
            continue
        trust = power / (power + PRIOR * typical * _doubt(noise, power, raw, pooled))
        effects[k] = trust * raw + (1.0 - trust) * pooled
    return np.clip(effects, LOW, HIGH)


def _doubt(noise, power, raw, pooled):
    """Between 0 (the difference is beyond chance) and 1 (it is within)."""
    chance = noise**2 / power
    return chance / (chance + (raw - pooled) ** 2 + 1e-12)


def factors(share, effects):
    """(T,) multiplier of each period.

    :param share: (T, K); :param effects: (K,)
    """
    if not share.size:
        return np.ones(len(share))
    return np.maximum(1.0 + share @ effects, 1.0 + LOW)
