# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Quantiles of demand over the lead time.

The error of the total over L periods is measured at the rolling origins, divided by a
difficulty of its series and pooled by group; the wanted quantile of that pool times the
difficulty is added to the forecast of the total. No z·σ·√L: on real data that formula
promises 98 % and covers 93-95 %.

The difficulty is the one-step error of the series. On intermittent demand that alone
stocks too much of what is slow and too little of what is quick, so there it is blended
with the size of error that series of such level and one-step error turned out to have
(a log-linear regression over the pool). Sources: split conformal prediction, Vovk et al.
2005; normalised by difficulty, Papadopoulos et al. 2011; quasi-likelihood, Wedderburn 1974.
"""

from statistics import NormalDist

import numpy as np

from .intervals import PRIOR, thin

LEARNT = 0.4  # weight of the learnt size in the blend, chosen on BRAF's training part
ENOUGH = 300  # errors in the pool for learning a size
ROUNDS = 12


def _design(level, scale):
    return np.column_stack(
        [
            np.ones(len(scale)),
            np.log(np.maximum(scale, 1e-3)),
            np.log(np.maximum(level, 0.0) + 0.1),
        ]
    )


def _log_linear(x, size):
    """Coefficients b of E|error| = exp(x·b), by iterated weighted least squares."""
    b = np.zeros(x.shape[1])
    b[0] = np.log(size.mean() + 1e-9)
    ridge = 1e-4 * np.eye(x.shape[1])
    for _round in range(ROUNDS):
        line = np.clip(x @ b, -20.0, 20.0)
        mean = np.exp(line)
        weighted = x * mean[:, None]
        target = line + (size - mean) / np.maximum(mean, 1e-9)
        b = np.linalg.solve(weighted.T @ x + ridge * mean.sum(), weighted.T @ target)
    return b


def difficulty(error, error_scale, past_level, scale, level):
    """(of the past (W, N), of the present (N,)): by how much a total may err.

    :param error: (W, N) error of totals, NaN unknown; :param error_scale: (W, N) and
        :param past_level: (W, N) one-step error and level at the origins
    :param scale: (N,) and :param level: (N,) the same now
    """
    ok = ~np.isnan(error) & (error_scale > 0)
    if np.count_nonzero(ok) < ENOUGH:
        return error_scale, scale
    b = _log_linear(_design(past_level[ok], error_scale[ok]), np.abs(error[ok]))
    past = np.full(error.shape, np.nan)
    learnt = np.exp(np.clip(_design(past_level[ok], error_scale[ok]) @ b, -20, 20))
    past[ok] = learnt**LEARNT * error_scale[ok] ** (1 - LEARNT)
    learnt = np.exp(np.clip(_design(level, scale) @ b, -20, 20))
    return past, learnt**LEARNT * scale ** (1 - LEARNT)


def total_quantile(
    mean, scale, error, error_scale, group, periods, services, level, past_level
):
    """(S, N) quantile of the total of the next `periods` periods.

    :param mean: (N, H) forecast, H >= periods; :param scale: (N,) one-step error
    :param error: (W, N, H) actual - forecast at earlier origins; NaN where unknown
    :param error_scale: (W, N) one-step error at these origins
    :param group: (N,) 0 = frequent, 1 = intermittent demand
    :param services: S promised probabilities between 0 and 1
    :param level: (N,) mean demand lately; :param past_level: (W, N) at the origins
    """
    total = mean[:, :periods].sum(1)
    out = np.empty((len(services), len(mean)))
    error = error[:, :, :periods].sum(2)
    for g in np.unique(group):
        rows = group == g
        past, now = error_scale[:, rows], scale[rows]
        if g == 1:
            past, now = difficulty(
                error[:, rows], past, past_level[:, rows], now, level[rows]
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            pool = (error[:, rows] / np.where(past > 0, past, np.nan)).ravel()
        pool = thin(pool[~np.isnan(pool)])
        count = len(pool)
        share = count / (count + PRIOR)
        for i, service in enumerate(services):
            q = NormalDist().inv_cdf(service) * np.sqrt(periods)
            if count:
                p = min(service * (count + 1) / count, 1.0)
                q = share * np.quantile(pool, p) + (1 - share) * q
            out[i, rows] = total[rows] + q * now
    return out
