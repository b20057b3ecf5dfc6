# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prediction intervals per period: conformal, pooled over series.

The errors of the rolling origins are divided by a scale of their series and a growth
by horizon; what remains is pooled by group of series, and its quantiles (not symmetric)
times scale and growth are the interval. With few errors the quantiles lean on the
normal distribution. Sources: split conformal prediction, Vovk et al. 2005, Lei et al.
2018; scaling by a difficulty estimate, Papadopoulos et al. 2011.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

LEVELS = (0.025, 0.1, 0.9, 0.975)
PRIOR = 60  # errors that the normal distribution is worth
PRIOR_PERIODS = 2  # periods that the usual error of the group is worth
POOL = 40000  # errors kept for a quantile; a deterministic stride beyond


def series_scale(sigma, level, n, group):
    """One-step error of each series, shrunk towards what is usual in its group.

    The usual error of the group (median error over level, times the level of the
    series) counts as PRIOR_PERIODS periods beside the n - 2 of the series: a floor for
    histories without variance, and the whole answer for a history of one point.
    """
    sigma = np.asarray(sigma, dtype=float)
    level = np.nan_to_num(level)
    usual = np.full(len(sigma), 0.3)
    for g in np.unique(group):
        rows = group == g
        ok = rows & (level > 0) & (sigma > 0) & (n > 6)
        if ok.any():
            usual[rows] = np.median(sigma[ok] / level[ok])
    own = np.maximum(n - 2.0, 0.0)
    square = own * sigma**2 + PRIOR_PERIODS * (usual * level) ** 2
    return np.sqrt(square / (own + PRIOR_PERIODS))


def thin(values):
    """At most POOL of the values, by an even stride over their order."""
    if len(values) <= POOL:
        return values
    return np.sort(values)[:: -(-len(values) // POOL)]


def growth(ratio):
    """(H,) growth of the error by horizon: a non-falling line through the mean squares.

    :param ratio: (K, H) errors over the scale of their series, NaN allowed
    """
    horizon = ratio.shape[1]
    j = np.arange(horizon, dtype=float)
    prior = 1.0 + 0.05 * j
    known = ~np.isnan(ratio)
    if not known.any():
        return np.sqrt(prior)
    # clipped, so that one wild series does not set the width of all
    square = np.clip(np.where(known, ratio, 0.0) ** 2, 0.0, 25.0)
    count = known.sum(0)
    seen = count > 0
    mean = square.sum(0)[seen] / count[seen]
    weight = count[seen]
    x = j[seen]
    centre = np.average(x, weights=weight)
    var = np.average((x - centre) ** 2, weights=weight)
    level = np.average(mean, weights=weight)
    slope = (
        np.average((x - centre) * (mean - level), weights=weight) / var
        if var > 0
        else 0.0
    )
    line = level + max(slope, 0.0) * (j - centre)
    line = np.maximum(line, 0.25 * max(level, 1e-12))
    share = count.sum() / (count.sum() + PRIOR)
    return np.sqrt(np.maximum(share * line + (1 - share) * prior, 1e-12))


def blended_quantiles(values, levels):
    """Quantiles of pooled standardised errors, leaning on the normal when they are
    few."""
    values = thin(values[~np.isnan(values)])
    count = len(values)
    normal = np.array([NormalDist().inv_cdf(p) for p in levels])
    if not count:
        return normal
    # finite-sample correction of split conformal prediction
    p = np.asarray(levels)
    p = np.where(p > 0.5, np.minimum(p * (count + 1) / count, 1.0), p)
    p = np.where(p < 0.5, np.maximum(p - (1 - p) / count, 0.0), p)
    own = np.quantile(values, p)
    share = count / (count + PRIOR)
    return share * own + (1 - share) * normal


@dataclass(frozen=True)
class Conformal:
    """quantile[group] (4,), growth[group] (H,)."""

    quantile: dict
    growth: dict

    def bounds(self, mean, scale, group):
        """(4, N, H): lo95, lo80, hi80, hi95 around `mean`."""
        out = np.empty((4,) + mean.shape)
        for g in np.unique(group):
            rows = group == g
            width = scale[rows, None] * self.growth[g]
            for i, q in enumerate(self.quantile[g]):
                out[i, rows] = mean[rows] + q * width
        return out


def learn(error, scale, group, every=None):
    """Conformal quantiles from backtest errors.

    :param error: (W, N, H) actual - forecast, NaN where unknown
    :param scale: (W, N); :param group: (N,) int; :param every: groups that need an
    answer
    """
    quantile, grow = {}, {}
    horizon = error.shape[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = error / np.where(scale > 0, scale, np.nan)[:, :, None]
    for g in np.unique(group) if every is None else every:
        part = ratio[:, group == g].reshape(-1, horizon)
        grow[g] = growth(part)
        quantile[g] = blended_quantiles((part / grow[g]).ravel(), LEVELS)
    return Conformal(quantile, grow)


def measure(error, scale, group):
    """Coverage and pinball per series, each origin judged by quantiles of the others.

    :returns: dict coverage80, coverage95, pinball, each (N,); NaN with under two
    origins
    """
    windows, size, _h = error.shape
    total = {name: np.zeros(size) for name in ("coverage80", "coverage95", "pinball")}
    count = np.zeros(size)
    for w in range(windows if windows > 1 else 0):
        others = np.arange(windows) != w
        known = learn(error[others], scale[others], group)
        bound = known.bounds(np.zeros_like(error[w]), np.nan_to_num(scale[w]), group)
        e = error[w]
        ok = ~np.isnan(e)
        count += ok.sum(1)
        total["coverage80"] += (ok & (e >= bound[1]) & (e <= bound[2])).sum(1)
        total["coverage95"] += (ok & (e >= bound[0]) & (e <= bound[3])).sum(1)
        loss = 0.0
        for p, b in zip(LEVELS, bound, strict=True):
            gap = np.where(ok, e - b, 0.0)
            loss = loss + np.maximum(p * gap, (p - 1) * gap)
        total["pinball"] += loss.sum(1) / len(LEVELS)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            name: np.where(count > 0, value / count, np.nan)
            for name, value in total.items()
        }
