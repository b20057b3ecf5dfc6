# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Quantiles of demand over the lead time.

The error of the total over L periods is measured at the rolling origins, divided by a
scale of its series and pooled by group; the wanted quantile of that pool times the
scale is added to the forecast of the total. No z·σ·√L: on real data that formula
promises 98 % and covers 93-95 %.
"""

from statistics import NormalDist

import numpy as np

from .intervals import PRIOR, thin


def total_quantile(mean, scale, error, error_scale, group, periods, services):
    """(S, N) quantile of the total of the next `periods` periods.

    :param mean: (N, H) forecast, H >= periods; :param scale: (N,) one-step error
    :param error: (W, N, H) actual - forecast at earlier origins; NaN where unknown
    :param error_scale: (W, N) one-step error at these origins
    :param services: S promised probabilities, 0.5 < p < 1
    """
    total = mean[:, :periods].sum(1)
    out = np.empty((len(services), len(mean)))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = error[:, :, :periods].sum(2) / np.where(
            error_scale > 0, error_scale, np.nan
        )
    root = np.sqrt(periods)
    for g in np.unique(group):
        rows = group == g
        pool = ratio[:, rows].ravel()
        pool = thin(pool[~np.isnan(pool)])
        count = len(pool)
        share = count / (count + PRIOR)
        for i, service in enumerate(services):
            q = NormalDist().inv_cdf(service) * root
            if count:
                level = min(service * (count + 1) / count, 1.0)
                q = share * np.quantile(pool, level) + (1 - share) * q
            out[i, rows] = total[rows] + q * scale[rows]
    return out
