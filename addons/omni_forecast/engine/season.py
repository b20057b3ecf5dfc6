# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seasonality: closed phases, ratio-to-moving-average index, long seasons, strength.

The index is that of `short_season` where the history is not too long for it, however few
seasons it has. Sources of the rest: ratio to moving average, Macaulay 1931; the 90 % test
on the autocorrelation at the seasonal lag as in the M3/M4 "Naive 2" (Makridakis et al.
2020); shrinkage of the indices towards 1 (Miller & Williams 2003); long seasons by few
harmonics (Harvey & Koopman 1993; dynamic harmonic regression, Hyndman & Athanasopoulos 2021).
"""

from dataclasses import dataclass

import numpy as np

from .short_season import LEAST_SHORT, MOST_PERIODS, MOST_PHASES, averaged_season

LEAST_SEASONS = 2.5  # of history, so that some phases are seen twice
LEAST_LONG = 1.5  # the same for a long season, whose harmonics need fewer
LONG = 24  # a longer season is fitted by harmonics first
LEAST_INDEX = 0.05  # keeps the division harmless
YEAR = {"W": 365.25 / 7, "D": 365.25}
LATELY = 26  # seasons looked back for phases that are closed


@dataclass(frozen=True)
class Pattern:
    """Seasons of a block of rows and what lies under them.

    x (N, T) the history with closed phases filled from their neighbours, over (N, T) and
    ahead (N, H) the multiplicative factors of history and future, 0 ahead where closed;
    opened (N, H) 1, or 0 where closed; share (N,) open phases among all; index (N, m) by
    phase, counted so that the first future period has phase 0; seasonal (N,) bool;
    strength (N,) in 0-1; spent (N,) degrees of freedom spent on its index.
    """

    x: np.ndarray
    over: np.ndarray
    ahead: np.ndarray
    opened: np.ndarray
    share: np.ndarray
    index: np.ndarray
    seasonal: np.ndarray
    strength: np.ndarray
    m: int
    spent: np.ndarray


def find_season(x, season, freq, horizon):
    """Pattern of the rows: closed phases, the season, and for days the year as well.

    :param x: (N, T) right-aligned, NaN on the left
    :param season: periods of a season, 1 for none; :param freq: "M", "W" or "D"
    """
    size, width = x.shape
    opened, share = np.ones((size, horizon)), np.ones(size)
    over, ahead = np.ones((size, width)), np.ones((size, horizon))
    closed = closed_phases(x, season)
    rows = np.flatnonzero(closed.any(1))
    if rows.size:
        x = x.copy()
        x[rows] = fill_closed(x[rows], closed[rows])
        opened[rows] = ~closed[rows][:, np.arange(horizon) % season]
        share[rows] = 1.0 - closed[rows].mean(1)
    index, m = np.ones((size, max(season, 1))), max(season, 1)
    seasonal, strength, spent = np.zeros(size, bool), np.zeros(size), np.zeros(size)
    if season > LONG:
        length = YEAR[freq] if abs(season - YEAR.get(freq, 0)) < 1 else float(season)
        over, ahead, seasonal, strength = long_season(x, length, horizon)
    if season > 1:
        ratio = x / over
        own = seasonal_index(ratio, season, seasonal if season > LONG else None)
        index, seasonal, spent = own.index, seasonal | own.seasonal, own.spent
        strength = np.maximum(strength, own.strength)
        over, ahead = over * own.over(width), ahead * own.ahead(horizon)
    if freq == "D" and 1 < season <= LONG and width >= LEAST_LONG * YEAR["D"]:
        yearly, later, found, much = long_season(x / over, YEAR["D"], horizon, 7)
        over, ahead = over * yearly, ahead * later
        seasonal, strength = seasonal | found, np.maximum(strength, much)
    ahead = ahead * opened
    return Pattern(x, over, ahead, opened, share, index, seasonal, strength, m, spent)


# -- closed phases ------------------------------------------------------------------


def closed_phases(y, m):
    """(N, m) bool: phases without demand that would have had some by chance.

    A weekday on which nothing is sold, or the months in which a summer article rests: no
    demand (at most once in 25) in the last LATELY seasons, where demand as frequent as in
    the other phases would have left that phase empty in fewer than 0.5 % of such series.

    :param y: (N, T) right-aligned, NaN on the left; phase as in `Pattern.index`
    """
    size, width = y.shape
    if not 1 < m <= LONG or width < 3 * m:
        return np.zeros((size, m), bool)
    tail = y[:, -LATELY * m :]
    pad = (-tail.shape[1]) % m
    if pad:
        tail = np.concatenate([np.full((size, pad), np.nan), tail], axis=1)
    cube = tail.reshape(size, -1, m)
    count = (~np.isnan(cube)).sum(1)
    hits = (np.nan_to_num(cube) != 0).sum(1)
    quiet = (hits <= 0.04 * count) & (count >= 3)
    others = np.where(quiet, 0, count).sum(1)
    rate = np.where(quiet, 0, hits).sum(1) / np.maximum(others, 1)
    empty = (1.0 - rate)[:, None]
    chance = empty**count
    once = count * rate[:, None] * empty ** np.maximum(count - 1, 0)
    chance = chance + np.where(hits > 0, once, 0.0)
    return quiet & (others > 0)[:, None] & (chance * m < 0.005)


def fill_closed(y, closed):
    """(N, T) with closed phases on a line between the open neighbours."""
    size, width = y.shape
    m = closed.shape[1]
    hole = closed[:, (np.arange(width) - width) % m] & ~np.isnan(y)
    known = ~hole & ~np.isnan(y)
    t = np.arange(width)
    before = np.maximum.accumulate(np.where(known, t, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, t, width)[:, ::-1], axis=1)[:, ::-1]
    low = np.where(before >= 0, before, after)
    high = np.where(after < width, after, before)
    rows = np.arange(size)[:, None]
    left = y[rows, np.clip(low, 0, width - 1)]
    right = y[rows, np.clip(high, 0, width - 1)]
    step = np.where(high > low, (t - low) / np.maximum(high - low, 1), 0.0)
    return np.where(hole, left + (right - left) * step, y)


# -- seasons of up to 24 phases, by their index -----------------------------------------


@dataclass(frozen=True)
class Season:
    """index (N, m) multiplicative index of phase c = column modulo m, counted so that
    the first future period has phase 0; seasonal (N,) bool; strength (N,) in 0-1; spent (N,)
    as in `Pattern`."""

    index: np.ndarray
    seasonal: np.ndarray
    strength: np.ndarray
    m: int
    spent: np.ndarray

    def over(self, width):
        """(N, width) index of the last `width` columns of history."""
        return self.index[:, (np.arange(width) - width) % self.m]

    def ahead(self, horizon):
        """(N, horizon) index of the next periods."""
        return self.index[:, np.arange(horizon) % self.m]


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


def seasonal_index(y, m, believed=None):
    """Multiplicative seasonal index of each row.

    By `averaged_season` from LEAST_SHORT seasons on; rows too long for it (or with a long
    season) by ratio to moving average. Rows with a negative value or a quarter of zeros, or
    that fail the test, keep an index of ones.

    :param y: (N, T) right-aligned, NaN on the left
    :param believed: (N,) bool instead of the test
    """
    size, width = y.shape
    index, strength = np.ones((size, m)), np.zeros(size)
    seasonal, spent = np.zeros(size, bool), np.zeros(size)
    if m <= 1 or width < LEAST_SHORT * m:
        return Season(np.ones((size, 1)), seasonal, strength, 1, spent)
    n = (~np.isnan(y)).sum(1)
    fit = _fit_for_season(y, n) & (n >= LEAST_SHORT * m)
    few = n <= MOST_PERIODS
    if m > LONG:
        few &= (n < LEAST_LONG * m) & (m <= MOST_PHASES)
    rows = np.flatnonzero(fit & few)
    if rows.size:
        index[rows], seasonal[rows], strength[rows], spent[rows] = averaged_season(
            y[rows], m
        )
    rows = np.flatnonzero(fit & ~few & (n >= LEAST_SEASONS * m))
    if rows.size and believed is None:
        rows = rows[autocorrelation_test(y[rows], m)]
    elif rows.size:
        rows = rows[believed[rows]]
    if rows.size:
        index[rows], strength[rows], seasonal[rows] = _shrunk_index(y[rows], m)
    return Season(index, seasonal, strength, m, spent)


def least_known(m):
    """Periods of history from which on a season of m periods may be known; 0 for none."""
    return (LEAST_SHORT if m <= MOST_PHASES else LEAST_LONG) * m if m > 1 else 0


def _fit_for_season(y, n):
    """Rows whose demand is never negative and rarely zero."""
    return (np.nanmin(y, axis=1) >= 0) & ((y == 0).sum(1) < 0.25 * n)


def _shrunk_index(part, m):
    """(index (K, m), strength (K,), usable (K,)) by ratio to moving average."""
    width = part.shape[1]
    average = centred_average(part, m)
    ratio = part / np.where(average > 0, average, np.nan)
    pad = (-width) % m
    if pad:
        ratio = np.concatenate([np.full((len(part), pad), np.nan), ratio], axis=1)
    cube = ratio.reshape(len(part), -1, m)
    known = ~np.isnan(cube)
    count = known.sum(1)
    mean = np.where(known, cube, 0.0).sum(1) / np.maximum(count, 1)
    usable = (count > 0).all(1)
    mean = np.where(usable[:, None], mean, 1.0)
    mean = mean / mean.mean(1, keepdims=True)
    spread = np.where(known, cube - mean[:, None, :], 0.0)
    noise = (spread**2).sum((1, 2)) / np.maximum(known.sum((1, 2)) - m, 1)
    between = ((mean - 1.0) ** 2).sum(1) / max(m - 1, 1)
    strength = np.where(between > 0, between / (between + noise), 0.0)
    # James-Stein style shrinkage: the indices are means of few noisy ratios
    per_mean = noise / np.maximum(count.mean(1), 1)
    weight = np.where(
        between > 0,
        np.clip(1.0 - per_mean / np.maximum(between, 1e-300), 0.0, 1.0),
        0.0,
    )
    index = np.maximum(1.0 + weight[:, None] * (mean - 1.0), LEAST_INDEX)
    return index, strength, usable


# -- long seasons, by harmonics -----------------------------------------------------------

HARMONICS = 3
DRIFT = np.array(
    [0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0]
)  # of the level, from none to a walk


def long_season(y, length, horizon, block=1):
    """(over (N, T), ahead (N, H), seasonal (N,), strength (N,)) of a season of `length`
    periods, such as the year of weekly or daily demand.

    A line, HARMONICS sines and cosines, and a level that drifts (so that a random walk is not
    taken for a season); the pairs are shrunk by their own noise. Believed, from one and
    a half seasons on, where they are worth their number of parameters (BIC), or where
    from two and a half on the autocorrelation at the season's lag says so.

    :param block: periods averaged before anything else (7: weeks out of days)
    """
    size, width = y.shape
    over, ahead = np.ones((size, width)), np.ones((size, horizon))
    seasonal, strength = np.zeros(size, bool), np.zeros(size)
    n = (~np.isnan(y)).sum(1)
    rows = np.flatnonzero(_fit_for_season(y, n) & (n >= LEAST_LONG * length))
    if not rows.size:
        return over, ahead, seasonal, strength
    part = y[rows]
    if block > 1:
        blocks = width // block
        part = part[:, width - blocks * block :].reshape(len(rows), blocks, block)
        part = part.mean(2)  # NaN where a block is not complete
    lag = int(round(length / block))
    wave, good, much = _harmonics(part, length / block)
    enough = n[rows] >= LEAST_SEASONS * length
    good |= enough & autocorrelation_test(part, lag)
    rows, wave, much = rows[good], wave[good], much[good]
    # middle of each period on the scale of the blocks, which end at 0
    past = (np.arange(width) - width + 0.5) / block
    later = (np.arange(horizon) + 0.5) / block
    for target, t in ((over, past), (ahead, later)):
        basis = _sines(t, length / block)
        target[rows] = np.maximum(1.0 + wave @ basis.T, 0.1)
    seasonal[rows], strength[rows] = True, much
    return over, ahead, seasonal, strength


def _sines(t, length):
    """(T, 2·HARMONICS) sines and cosines of the times t."""
    angle = 2.0 * np.pi * np.outer(t, np.arange(1, HARMONICS + 1)) / length
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def _harmonics(y, length):
    """(coefficients (N, 2·HARMONICS), worth it (N,) bool, strength (N,)).

    :param y: (N, T) right-aligned, NaN on the left, not negative
    """
    size, width = y.shape
    wave = np.zeros((size, 2 * HARMONICS))
    good, strength = np.zeros(size, bool), np.zeros(size)
    lengths = (~np.isnan(y)).sum(1)
    t = np.arange(width) - width + 0.5
    basis = np.column_stack([np.ones(width), t / width, _sines(t, length)])
    for n in np.unique(lengths):
        rows = np.flatnonzero(lengths == n)
        x, z = basis[width - n :], y[rows, width - n :].T
        # relative to the line, so that the wave grows with the level
        line = x[:, :2] @ np.linalg.lstsq(x[:, :2], z, rcond=None)[0]
        line = np.maximum(line, 0.1 * z.mean(0))
        z = np.minimum(
            z / np.where(line > 0, line, 1.0), 4.0
        )  # one great week is no season
        wave[rows], good[rows], strength[rows] = _drifting(x, z)
    return wave, good, strength


def _drifting(x, z):
    """Sines on a drifting level, by least squares on what exponential smoothing leaves.

    For a level that drifts by α the one-step errors of exponential smoothing are white, and
    they are linear in the data, so sines filtered alike are regressed on them.

    :param x: (T, K) line and sines; :param z: (T, N)
    :returns: (coefficients (N, K - 2), worth it (N,), strength (N,))
    """
    count, k = x.shape
    both = np.concatenate([x, z], axis=1)
    level = np.zeros((both.shape[1], len(DRIFT)))
    errors = np.empty((len(DRIFT), count, both.shape[1]))
    for step in range(count):
        errors[:, step] = (both[step, :, None] - level).T
        level += DRIFT * errors[:, step].T
    best = np.full(z.shape[1], np.inf)
    plain = np.full(z.shape[1], np.inf)
    beta = np.zeros((z.shape[1], k))
    cover = np.zeros((z.shape[1], k))
    for e in errors:
        x_left, z_left = e[:, :k], e[:, k:]
        plain = np.minimum(plain, _rest(x_left[:, :2], z_left)[1])
        found, rest = _rest(x_left, z_left)
        inverse = np.diag(np.linalg.pinv(x_left.T @ x_left))
        better = rest < best
        beta[better], cover[better] = found.T[better], inverse
        best = np.where(better, rest, best)
    noise = best / max(count - k, 1)
    gain = count * np.log(np.maximum(plain, 1e-300) / np.maximum(best, 1e-300))
    wave, cover = beta[:, 2:], cover[:, 2:] * noise[:, None]
    power = wave[:, :HARMONICS] ** 2 + wave[:, HARMONICS:] ** 2
    chance = cover[:, :HARMONICS] + cover[:, HARMONICS:]
    keep = np.clip(1.0 - chance / np.maximum(power, 1e-300), 0.0, 1.0)
    wave = wave * np.concatenate([keep, keep], axis=1)
    spread = 0.5 * (wave**2).sum(1)
    strength = np.where(spread > 0, spread / np.maximum(spread + noise, 1e-300), 0.0)
    return wave, gain > (k - 2) * np.log(count), strength


def _rest(x, z):
    """(least-squares coefficients (K, N), sum of squares left (N,))."""
    beta = np.linalg.pinv(x.T @ x) @ (x.T @ z)
    return beta, ((z - x @ beta) ** 2).sum(0)
