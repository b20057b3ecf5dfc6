# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seasonality: test, ratio-to-moving-average index, strength.

Sources: classical decomposition (ratio to moving average, Macaulay 1931); the 90 % test
on the autocorrelation at the seasonal lag as in the M3/M4 "Naive 2" (Makridakis et al.
2020); shrinkage of the indices towards 1 (Miller & Williams 2003).
"""

from dataclasses import dataclass

import numpy as np

LEAST_SEASONS = 2.5  # of history, so that some phases are seen twice
LEAST_INDEX = 0.05  # a phase that is always closed; keeps the division harmless


@dataclass(frozen=True)
class Season:
    """index (N, m) multiplicative index of phase c = column modulo m, counted so that
    the first future period has phase 0; seasonal (N,) bool; strength (N,) in 0-1."""

    index: np.ndarray
    seasonal: np.ndarray
    strength: np.ndarray
    m: int

    def over(self, width):
        """(N, width) index of the last `width` columns of history."""
        columns = (np.arange(width) - width) % self.m
        return self.index[:, columns]

    def ahead(self, horizon):
        """(N, horizon) index of the next periods."""
        return self.index[:, np.arange(horizon) % self.m]


def no_season(size):
    """A season of length 1 that changes nothing."""
    return Season(np.ones((size, 1)), np.zeros(size, bool), np.zeros(size), 1)


def centred_average(y, m):
    """Centred moving average over m periods (2 × m when m is even); NaN at the ends."""
    size, width = y.shape
    result = np.full_like(y, np.nan)
    if width <= m:
        return result
    # a NaN-aware running sum: padding sits on the left only
    total = np.cumsum(np.where(np.isnan(y), 0.0, y), axis=1)
    total = np.concatenate([np.zeros((size, 1)), total], axis=1)
    window = (total[:, m:] - total[:, :-m]) / m  # window[k] = mean of y[k : k + m]
    half = m // 2
    if m % 2 == 0:
        both = 0.5 * (window[:, 1:] + window[:, :-1])
        result[:, half : half + both.shape[1]] = both
    else:
        result[:, half : half + window.shape[1]] = window
    # windows that reach into the padding are not averages of m values
    first = np.isnan(y).sum(1)
    result[np.arange(width) < (first + half)[:, None]] = np.nan
    return result


def autocorrelation_test(y, m, z=0.84):
    """(N,) bool: autocorrelation at lag m above its limit.

    The limit is low (80 % one-sided, not the usual 95 %), because the indices are
    shrunk afterwards: a season that is mere noise is shrunk to nearly none. Chosen on
    the training parts of M3 and of hospital demand.
    """
    inside = ~np.isnan(y)
    n = inside.sum(1)
    safe = np.maximum(n, 1)
    x = np.where(inside, y, 0.0)
    d = np.where(inside, x - (x.sum(1) / safe)[:, None], 0.0)
    power = (d * d).sum(1)
    power = np.where(power > 0, power, np.inf)
    squares = np.zeros(len(y))
    for lag in range(1, m):
        r = np.einsum("ij,ij->i", d[:, lag:], d[:, :-lag]) / power
        squares += r * r
    r = np.einsum("ij,ij->i", d[:, m:], d[:, :-m]) / power
    limit = z * np.sqrt((1.0 + 2.0 * squares) / safe)
    return r > limit


def seasonal_index(y, m):
    """Multiplicative seasonal index of each row.

    Rows with fewer than two and a half seasons, with a negative value or a quarter of
    zeros, or that fail the test keep an index of ones.

    :param y: (N, T) right-aligned, NaN on the left
    """
    size, width = y.shape
    if m <= 1 or width < LEAST_SEASONS * m:
        return no_season(size)
    n = (~np.isnan(y)).sum(1)
    zeros = (y == 0).sum(1)
    fit = (np.nanmin(y, axis=1) >= 0) & (zeros < 0.25 * n) & (n >= LEAST_SEASONS * m)
    seasonal = np.zeros(size, bool)
    rows = np.flatnonzero(fit)
    if rows.size:
        seasonal[rows] = autocorrelation_test(y[rows], m)
    index = np.ones((size, m))
    strength = np.zeros(size)
    rows = np.flatnonzero(seasonal)
    if rows.size:
        part = y[rows]
        average = centred_average(part, m)
        ratio = part / np.where(average > 0, average, np.nan)
        pad = (-width) % m
        if pad:
            ratio = np.concatenate([np.full((len(rows), pad), np.nan), ratio], axis=1)
        cube = ratio.reshape(len(rows), -1, m)
        known = ~np.isnan(cube)
        count = known.sum(1)
        mean = np.where(known, cube, 0.0).sum(1) / np.maximum(count, 1)
        usable = (count > 0).all(1)
        mean = np.where(usable[:, None], mean, 1.0)
        mean = mean / mean.mean(1, keepdims=True)
        spread = np.where(known, cube - mean[:, None, :], 0.0)
        noise = (spread**2).sum((1, 2)) / np.maximum(known.sum((1, 2)) - m, 1)
        between = ((mean - 1.0) ** 2).sum(1) / max(m - 1, 1)
        strength[rows] = np.where(between > 0, between / (between + noise), 0.0)
        # James-Stein style shrinkage: the indices are means of few noisy ratios
        per_mean = noise / np.maximum(count.mean(1), 1)
        weight = np.where(
            between > 0,
            np.clip(1.0 - per_mean / np.maximum(between, 1e-300), 0.0, 1.0),
            0.0,
        )
        index[rows] = np.maximum(1.0 + weight[:, None] * (mean - 1.0), LEAST_INDEX)
        seasonal[rows] &= usable
    return Season(index, seasonal, strength, m)
