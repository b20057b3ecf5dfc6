# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prediction intervals per period: conformal, pooled over series.

The errors of the rolling origins are divided by a scale of their series and a growth
by horizon; what remains is pooled by group of series, and its quantiles (not symmetric)
times scale and growth are the interval. With few errors the quantiles lean on the
normal distribution.

Intermittent demand that is never negative gets the shortest interval, which begins at zero:
nothing can miss it below, so the whole of the promised misses is spent above. Where zero alone
is more frequent than the promise, no interval that holds zero keeps to it; then zero is left
out (by a hair: the bound is under the mean) on that share of periods where it is least likely,
which is the randomised conformal set with the draw made by likelihood. So the promise
holds over all such series together, not for each one.

Sources: split conformal prediction, Vovk et al. 2005, Lei et al. 2018; scaling by a
difficulty estimate, Papadopoulos et al. 2011; randomised sets for ties, Vovk et al. 2005.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .accuracy import row_sum

LEVELS = (0.025, 0.1, 0.9, 0.975)
PROMISED = (0.95, 0.8)
SPARSE = 1  # the group of intermittent demand
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


def rise(error, scale, wave):
    """How the error of a series grows with its season: γ of |error| ~ scale · waveᵞ.

    1 where errors are a share of demand, 0 where they are not; learned from the pool by least
    squares on logarithms, leaning on ½ (which counts of independent demand have).

    :param error: (W, N, H); :param scale: (W, N); :param wave: (W, N, H) seasonal factors
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.abs(error) / scale[:, :, None]
        x = np.log(wave)
    known = (ratio > 0) & np.isfinite(ratio) & np.isfinite(x) & (np.abs(x) > 1e-6)
    if not known.any():
        return 0.5
    y, x = np.log(ratio[known]), x[known]
    y = np.maximum(y, np.median(y) - 3.0)  # an error of next to nothing is luck
    x = x - x.mean()
    own, power = (x * (y - y.mean())).sum(), (x * x).sum()
    # the variance of the logarithm of a normal error is 1.2; 50 such errors of spread 0.1
    prior = 0.5
    return float(np.clip((own + 0.5 * prior) / (power + prior), 0.0, 1.0))


def waved(scale, wave, power):
    """Scale by period: (…, N) and (…, N, H) give (…, N, H)."""
    return scale[..., None] * np.maximum(wave, 0.05) ** power


def _deep(scale):
    return scale[:, :, None] if scale.ndim == 2 else scale


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
    """quantile[group] (4,), growth[group] (H,); from_zero[group] ((q, share), …) for
    each of PROMISED: upper quantile, and share of periods whose interval leaves zero out."""

    quantile: dict
    growth: dict
    from_zero: dict

    def bounds(self, mean, scale, group, floor=None):
        """(4, N, H): lo95, lo80, hi80, hi95 around `mean`.

        :param scale: (N,) or (N, H)
        :param floor: (N,) bool, series that are never negative
        """
        out = np.empty((4,) + mean.shape, mean.dtype)
        scale = scale if scale.ndim == 2 else scale[:, None]
        for g in np.unique(group):
            rows = group == g
            some = slice(None) if rows.all() else rows
            width = scale[some] * self.growth[g].astype(scale.dtype)
            for i, q in enumerate(self.quantile[g].astype(scale.dtype)):
                out[i, some] = mean[some] + q * width
            if g in self.from_zero and floor is not None:
                rows = rows & floor
                self._from_zero(out, mean[rows], width[floor[group == g]], rows, g)
        if floor is not None:
            np.maximum(out, 0.0, out=out, where=floor[:, None])
        np.minimum(out[1], mean, out=out[1])
        np.maximum(out[2], mean, out=out[2])
        np.minimum(out[0], out[1], out=out[0])
        np.maximum(out[3], out[2], out=out[3])
        return out

    def _from_zero(self, out, mean, width, rows, g):
        """Bounds of the never negative series of intermittent demand, in place."""
        if not rows.any():
            return
        height = mean / np.maximum(width, np.finfo(width.dtype).tiny)
        for (low, high), (q, share) in zip(
            ((0, 3), (1, 2)), self.from_zero[g], strict=True
        ):
            out[high, rows] = mean + q * width
            out[low, rows] = 0.0
            if share > 0 and not np.isnan(height).all():
                limit = np.nanquantile(height, 1.0 - share)
                out[low, rows] = np.maximum(mean - limit * width, 0.0)


def _some(rows, each):
    """Positions of `rows` (N,) bool, by an even stride when all would give more than
    2 × POOL values of `each` per row."""
    rows = np.flatnonzero(rows)
    return rows[:: max(1, -(-len(rows) * each // (2 * POOL)))]


def learn(error, scale, group, every=None, past=None, floor=None):
    """Conformal quantiles from backtest errors.

    Of large panels every second, third … series is taken: more do not move a quantile.

    :param error: (W, N, H) actual - forecast, NaN where unknown
    :param scale: (W, N) or (W, N, H); :param group: (N,) int; :param every: groups that
        need an answer
    :param past: (W, N, H) the forecasts; :param floor: (N,) bool, never negative series;
        with both, intermittent demand gets intervals that begin at zero
    """
    quantile, grow, from_zero = {}, {}, {}
    horizon = error.shape[2]
    for g in np.unique(group) if every is None else every:
        rows = _some(group == g, len(error) * horizon)
        size = scale[:, rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            inverse = 1.0 / _deep(np.where(size > 0, size, np.nan))
        part = (error[:, rows] * inverse).reshape(-1, horizon)
        grow[g] = growth(part)
        part /= grow[g]
        quantile[g] = blended_quantiles(part.ravel(), LEVELS)
        if g == SPARSE and past is not None:
            keep = floor[rows]
            part = part.reshape(len(error), len(rows), horizon)[:, keep].ravel()
            height = past[:, rows[keep]] * inverse[:, keep] / grow[g]
            from_zero[g] = tuple(
                _begin_at_zero(part, height.ravel(), p) for p in PROMISED
            )
    return Conformal(quantile, grow, from_zero)


def _begin_at_zero(ratio, height, promised):
    """(upper quantile, share that leaves zero out) of intervals from zero.

    :param ratio: (K,) standardised errors; :param height: (K,) forecasts in the same unit
    """
    known = ~np.isnan(ratio)
    ratio, height = ratio[known], height[known]
    count = len(ratio)
    normal = NormalDist().inv_cdf(promised)
    if not count:
        return normal, 0.0
    trust = count / (count + PRIOR)
    # the interval reaches up to its mean at least, so all below that is inside
    inside = np.count_nonzero(ratio <= 0) / count
    if inside <= promised:
        q = np.quantile(thin(ratio), min(promised * (count + 1) / count, 1.0))
        return trust * max(q, 0.0) + (1 - trust) * normal, 0.0
    limit = np.quantile(thin(ratio), inside - promised)
    share = np.count_nonzero(height > -limit) / count
    return (1 - trust) * normal, trust * share


def measure(error, scale, group, past=None, floor=None):
    """Coverage and pinball per series, each origin judged by quantiles of the others.

    :param past, floor: as in `learn`
    :returns: dict coverage80, coverage95, pinball, each (N,); NaN with under two
    origins
    """
    windows, size, _h = error.shape
    total = {name: np.zeros(size) for name in ("coverage80", "coverage95", "pinball")}
    count = np.zeros(size)
    for g in np.unique(group) if windows > 1 else ():
        rows = group == g
        rows = slice(None) if rows.all() else np.flatnonzero(rows)
        part = [None if a is None else a[:, rows] for a in (error, scale, past)]
        low = None if floor is None else floor[rows]
        for w in range(windows):
            seen = _measure_one(w, *part, group[rows], low)
            count[rows] += seen[0]
            for name, values in zip(total, seen[1:], strict=True):
                total[name][rows] += values
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            name: np.where(count > 0, value / count, np.nan)
            for name, value in total.items()
        }


def _measure_one(w, error, scale, past, group, floor):
    """(periods judged, inside 80 %, inside 95 %, pinball loss), each (N,), of origin w."""
    others = np.arange(len(error)) != w
    before = None if past is None else past[others]
    known = learn(error[others], scale[others], group, None, before, floor)
    mean = np.zeros_like(error[w]) if past is None else past[w]
    bound = known.bounds(mean, np.nan_to_num(scale[w]), group, floor)
    bound -= mean
    e = error[w]
    ok = ~np.isnan(e)
    loss = 0.0
    for p, b in zip(LEVELS, bound, strict=True):
        gap = np.where(ok, e - b, 0.0)
        # max(p · gap, (p - 1) · gap)
        loss = loss + row_sum((p - 0.5) * gap + 0.5 * np.abs(gap))
    return (
        row_sum(ok),
        row_sum((e >= bound[1]) & (e <= bound[2])),
        row_sum((e >= bound[0]) & (e <= bound[3])),
        loss / len(LEVELS),
    )
