# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seasonal index by averaging over structural models, which needs few seasons.

Where most phases are seen once or twice, a season, a trend and a drifting level look alike.
What tells them apart is the part of the history that overlaps with itself a season later.
It is weighed by the likelihood of the basic structural model in logarithms: line + level
that walks + effect of the phase + noise. The effects are a draw from a normal distribution,
smooth over the phases or not, whose size is one of a few, none among them; likewise the walk.
The answer is the mean of the effects over all of these, weighed by what the data say of each:
few seasons shrink by themselves, a strong season is believed from little more than one on, a
walk or noise is not. Held against the ratio to moving average on the training parts of M3 and
of hospital demand it errs less at each length tried: the last 18, 24, 36, 60 periods, and all.

Sources: basic structural model, Harvey 1989; the likelihood free of the line (REML),
Patterson & Thompson 1971; effects shrunk as random ones, Robinson 1991; averaging over models
instead of picking one, Hoeting et al. 1999.
"""

import functools

import numpy as np

LEAST_SHORT = 1.25  # seasons of history, so that a quarter of the phases is seen twice
MOST_PERIODS = 200  # of history; more would cost too much and need it less
MOST_PHASES = 60
# variance of a step of the level over that of the noise
WALK = (0.0, 0.03, 0.1, 0.3, 1.0, 5.0, 50.0)
# variance of the effects over that of noise and step
SIZE = np.array([0.3, 1.0, 3.0, 10.0, 40.0])
MANY, SINES = 24, 4  # phases beyond which a season is smooth
SURE = 0.8  # weight of the models with a season, from which on it is called one
EVEN = 0.5  # under two seasons, the least weight to be used at all
LOWEST = 0.1  # share of the mean under which the logarithm does not look
EXACT = 0.02  # noise and step in a perfect history, as a share of demand


def _shapes(m):
    """[(m, K)] what the effects of the phases are made of: smooth, of sines, the quicker the
    smaller; or one for each phase, adding up to nothing. Of weeks smooth ones only."""
    k = np.arange(1, min(SINES, (m - 1) // 2) + 1)
    turn = 2.0 * np.pi * np.outer(np.arange(m) + 0.5, k) / m
    smooth = np.concatenate([np.sin(turn), np.cos(turn)], axis=1) / np.tile(k, 2)
    single = np.eye(m) - 1.0 / m
    if m > MANY:
        return [smooth]
    return [smooth, single] if len(k) else [single]


@functools.lru_cache(128)
def _models(n, m):
    """What the models do to n periods, by walk: [(whitening (n - 2, n), log determinant,
    [(sizes (S, 1), strengths (K,), projection (K, n), effects (m, K)) by shape])].

    With a season of size s the square sum of the whitened history loses Σ c²·s / (1 + s·λ), c its
    projections on the principal axes of the whitened season and λ their strengths.
    """
    t = np.arange(n)
    line = np.column_stack([np.ones(n), t - t.mean()])
    free = np.linalg.qr(line, mode="complete")[0][:, 2:]
    walk = np.minimum.outer(t, t) + 1.0
    shapes = _shapes(m)
    out = []
    for q in WALK:
        root = np.linalg.cholesky(free.T @ (np.eye(n) + q * walk) @ free)
        white = np.linalg.solve(root, free.T)
        parts = []
        for shape in shapes:
            seen = white @ shape[(t - n) % m]
            power, axes = np.linalg.eigh(seen.T @ seen)
            parts.append(
                (
                    SIZE[:, None] * (1.0 + q),
                    np.maximum(power, 0.0),
                    (axes.T @ seen.T @ white).astype(np.float32),
                    shape @ axes,
                )
            )
        out.append((white.astype(np.float32), np.log(np.diag(root)).sum(), parts))
    return out


def averaged_season(y, m):
    """(index (N, m), believed (N,), strength (N,), degrees of freedom spent (N,)).

    :param y: (N, T) right-aligned, NaN on the left, not negative; rows of LEAST_SHORT
        seasons or more, and at most MOST_PERIODS
    """
    size, width = y.shape
    index, believed = np.ones((size, m)), np.zeros(size, bool)
    strength, spent = np.zeros(size), np.zeros(size)
    lengths = (~np.isnan(y)).sum(1)
    for n in np.unique(lengths):
        rows = np.flatnonzero(lengths == n)
        part = y[rows, width - n :]
        level = part.mean(1, keepdims=True)
        part = part / np.where(level > 0, level, 1.0)
        z = np.log(np.maximum(part, LOWEST)).T.astype(np.float32)
        own, sure, noise, used = _average(z, int(n), m)
        # of what is seen once or twice, only what is likelier than not
        least = SURE if m > MANY else EVEN if n < 2 * m else 0.0
        own = np.where(sure > least, own, 0.0)
        wave = np.exp(own.T)
        index[rows] = wave / wave.mean(1, keepdims=True)
        between = own.var(0) * m / (m - 1)
        believed[rows] = sure > SURE
        strength[rows] = np.where(sure > SURE, between / (between + noise), 0.0)
        spent[rows] = np.where(sure > least, used, 0.0)
    return index, believed, strength, spent


def _average(z, n, m):
    """(effects (m, N), weight of the models with a season, variance of the noise, degrees of
    freedom spent, each (N,)), averaged over the models.

    :param z: (n, N) logarithms
    """
    squares, weights, parts = [], [], []
    for q, (white, weight, shapes) in zip(WALK, _models(n, m), strict=True):
        own = white @ z
        own = np.einsum("ij,ij->j", own, own)
        own += np.float32((n - 2) * EXACT**2 / (1.0 + q))
        squares.append(own)
        # as many models without a season as with one, before the data speak
        weights.append(weight - np.log(len(SIZE) * len(shapes)))
        for size, power, project, effects in shapes:
            part = project @ z
            much = size / (1.0 + size * power)
            squares.extend(own - much.astype(np.float32) @ (part * part))
            weights.extend(weight + 0.5 * np.log1p(size * power).sum(1))
            parts.append((len(squares) - len(SIZE), part, much, power, effects))
    square = np.maximum(np.stack(squares), np.float32(1e-3 * EXACT**2))
    score = -np.array(weights, np.float32)[:, None] - 0.5 * (n - 2) * np.log(square)
    score = np.exp(score - score.max(0))
    score /= score.sum(0)
    noise = (score * square).sum(0) / (n - 2)
    own, spent = np.zeros((m, z.shape[1])), np.zeros(z.shape[1])
    sure = np.zeros(z.shape[1])
    for start, part, much, power, effects in parts:
        share = score[start : start + len(SIZE)]
        sure += share.sum(0)
        spent += (much * power).sum(1) @ share
        own += effects @ (part * (much.T @ share))
    return own, sure, noise, spent
