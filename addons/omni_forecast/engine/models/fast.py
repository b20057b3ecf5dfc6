# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All fast models of one block of series in one go.

They share their work: one seasonal adjustment, one pass for SES and both Thetas, one
pass for the damped trend.
"""

from dataclasses import dataclass

import numpy as np

from ..intermittent import adida_imapa, croston_pair, tsb_grid
from ..panel import row_unit
from ..season import find_season
from ..smoothing import (
    first_line,
    level_and_theta,
    ses_level,
    theta_ahead,
    trend_grid,
    winters_grid,
)

WINDOW = {"M": 6, "W": 8, "D": 28}


def _grid(*axes):
    return [a.ravel().astype(np.float32) for a in np.meshgrid(*axes, indexing="ij")]


DAMPED = _grid(
    np.array([0.1, 0.2, 0.35, 0.55, 0.85]),
    np.array([0.0, 0.05, 0.15, 0.4]),
    np.array([0.8, 0.9, 0.97]),
)
HOLT = _grid(
    np.array([0.1, 0.3, 0.5, 0.8]), np.array([0.0, 0.05, 0.2]), np.array([1.0])
)
WINTERS = _grid(np.array([0.1, 0.3, 0.6]), np.array([0.0, 0.1]), np.array([0.05, 0.2]))
SMOOTH = (
    "naive",
    "snaive",
    "moving_average",
    "weighted_average",
    "seasonal_index",
    "ses",
    "holt",
    "damped",
    "holt_winters",
    "theta",
    "dynamic_theta",
    "comb",
)
SPARSE_ALPHA = np.array([0.1, 0.15, 0.2, 0.3], np.float32)
SPARSE = ("croston", "sba", "tsb", "adida", "imapa", "sparse_comb")


@dataclass
class Fit:
    """Forecasts of one block: mean[model] (N, H), sigma (N,) one-step error of the
    smoothing on the original scale, strength (N,) of the season, wave (N, H) its factors
    in the periods ahead (0 where closed)."""

    mean: dict
    sigma: np.ndarray
    strength: np.ndarray
    wave: np.ndarray


def fit_rows(y, n, horizon, season, freq, sparse):
    """Every fast model on a block of series.

    :param y: (N, T) right-aligned, NaN on the left, rows longest first
    :param n: (N,) lengths, at least 1
    :param sparse: (N,) bool, rows that also get the intermittent models
    :returns: Fit; intermittent models are NaN on rows that are not sparse
    """
    unit = row_unit(y)
    x = y / unit[:, None]
    pattern = find_season(x, season, freq, horizon)
    adjusted = pattern.x / pattern.over
    ahead = pattern.ahead
    z = np.ascontiguousarray(adjusted.T, dtype=np.float32)
    mean = {}
    _simple(mean, x, adjusted, n, horizon, season, freq, ahead)
    fit = level_and_theta(z, n)
    flat = np.ones((1, horizon))
    mean["ses"] = fit["ses_level"][:, None] * flat * ahead
    mean["theta"] = _classic_theta(fit, adjusted, n, horizon) * ahead
    mean["dynamic_theta"] = theta_ahead(fit, n, horizon) * ahead
    level0, slope0 = first_line(z, n)
    level, slope, phi, sse = trend_grid(z, n, level0, slope0, *DAMPED)
    fade = np.cumsum(phi[:, None] ** np.arange(1, horizon + 1), axis=1)
    mean["damped"] = (level[:, None] + slope[:, None] * fade) * ahead
    level, slope, _phi, _sse = trend_grid(z, n, level0, slope0, *HOLT)
    step = np.arange(1, horizon + 1)
    mean["holt"] = (level[:, None] + slope[:, None] * step) * ahead
    mean["holt_winters"] = _winters(mean["holt"], n, horizon, pattern, level0, slope0)
    mean["comb"] = 0.25 * (
        mean["ses"] + mean["damped"] + mean["theta"] + mean["dynamic_theta"]
    )
    _sparse(mean, x, n, horizon, sparse, pattern)
    # a season fitted by p parameters errs less on its history and more ahead: (n + p) / (n - p),
    # the final prediction error of Akaike 1969
    spent = np.minimum(pattern.spent, 0.5 * n)
    freedom = np.maximum(n - 2 - spent, 1) / (1.0 + spent / n)
    sigma = np.sqrt(
        np.minimum(fit["ses_sse"], np.minimum(fit["theta_sse"], sse)) / freedom
    )
    floor_at_zero = ~(np.nan_to_num(x).min(1) < 0)
    for name, values in mean.items():
        values *= unit[:, None]
        np.maximum(values, 0.0, out=values, where=floor_at_zero[:, None])
        mean[name] = values
    return Fit(mean, sigma * unit, pattern.strength, ahead)


def _tail(x, window):
    """Last values of each row, (N, window), NaN where the row is shorter."""
    window = min(window, x.shape[1])
    return x[:, x.shape[1] - window :]


def _simple(mean, x, adjusted, n, horizon, season, freq, ahead):
    """Naive, averages and the plain seasonal index."""
    flat = np.ones((1, horizon))
    last = x[:, -1:]
    mean["naive"] = last * flat
    if season > 1 and x.shape[1] >= season:
        once = x[:, x.shape[1] - season :][:, np.arange(horizon) % season]
        mean["snaive"] = np.where((n >= season)[:, None], once, last)
    else:
        mean["snaive"] = last * flat
    tail = _tail(x, WINDOW[freq])
    inside = ~np.isnan(tail)
    tail = np.where(inside, tail, 0.0)
    mean["moving_average"] = (tail.sum(1) / inside.sum(1))[:, None] * flat
    weight = np.cumsum(inside, axis=1) * inside  # 1 for the first value there is
    mean["weighted_average"] = ((tail * weight).sum(1) / weight.sum(1))[:, None] * flat
    tail = _tail(adjusted, max(season, 2))
    mean["seasonal_index"] = np.nanmean(tail, axis=1)[:, None] * ahead


def _classic_theta(fit, adjusted, n, horizon):
    """SES with drift of half the least-squares slope (Hyndman & Billah 2003)."""
    width = adjusted.shape[1]
    inside = ~np.isnan(adjusted)
    t = np.arange(width, dtype=float)
    centre = width - (n + 1) / 2.0
    dt = np.where(inside, t - centre[:, None], 0.0)
    power = (dt**2).sum(1)
    slope = np.where(
        power > 0,
        (dt * np.where(inside, adjusted, 0.0)).sum(1) / np.maximum(power, 1e-12),
        0.0,
    )
    alpha = fit["ses_alpha"]
    start = (1.0 - (1.0 - alpha) ** n) / alpha
    drift = 0.5 * slope[:, None] * (np.arange(horizon) + start[:, None])
    return fit["ses_level"][:, None] + drift


def _winters(holt, n, horizon, pattern, level0, slope0):
    """Additive Holt-Winters on the seasonal rows, Holt on the others."""
    result = holt.copy()
    rows = np.flatnonzero(pattern.seasonal & (pattern.index != 1).any(1))
    if rows.size:
        part = pattern.x[rows]
        z = np.ascontiguousarray(part.T, dtype=np.float32)
        average = np.nanmean(part, axis=1, keepdims=True)
        start = (pattern.index[rows] - 1.0) * average
        level, slope, season, _sse = winters_grid(
            z, n[rows], pattern.m, level0[rows], slope0[rows], start, *WINTERS
        )
        step = np.arange(1, horizon + 1)
        result[rows] = level[:, None] + slope[:, None] * step
        result[rows] += season[:, np.arange(horizon) % pattern.m]
        result[rows] *= pattern.opened[rows]
    return result


def _sparse(mean, x, n, horizon, sparse, pattern):
    """Intermittent models on the sparse rows; their rate falls on the open phases."""
    rows = np.flatnonzero(sparse)
    for name in SPARSE:
        mean[name] = np.full((len(x), horizon), np.nan)
    if not rows.size:
        return
    # no wider than the longest of them: the recursions start where the longest begins
    part, length = x[rows][:, -int(n[rows].max()) :], n[rows]
    classic, sba = croston_pair(part, length)
    rates = {
        "croston": classic[0],
        "sba": sba[0],
        "tsb": tsb_grid(part, length)[0],
    }
    rates["adida"], rates["imapa"] = adida_imapa(part, length)
    z = np.ascontiguousarray(part.T, dtype=np.float32)
    ses = ses_level(z, length, SPARSE_ALPHA, fit_start=False)
    rates["sparse_comb"] = 0.25 * (ses + rates["sba"] + rates["tsb"] + rates["imapa"])
    spread = pattern.opened[rows] / pattern.share[rows, None]
    for name, rate in rates.items():
        mean[name][rows] = rate[:, None] * spread
