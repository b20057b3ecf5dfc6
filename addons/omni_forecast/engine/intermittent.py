# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Intermittent demand, many series at once.

Sources: Croston 1972; Syntetos & Boylan 2005 (SBA); Teunter, Syntetos & Babai 2011
(TSB); Nikolopoulos et al. 2011 (ADIDA); Petropoulos & Kourentzes 2015 (IMAPA). All give
one constant forecast per period.
"""

import numpy as np

from .smoothing import active_rows, ses_level

ALPHA = (0.05, 0.1, 0.15, 0.2, 0.3)
LEVELS = 12
SES_ALPHA = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4], np.float32)


def croston(y, n, alpha=0.1, variant="croston", first_size=None, first_interval=None):
    """Croston's method, (N,) demand per period after the last one.

    Sizes and intervals of non-zero demands are smoothed with the same α, only in
    periods with demand. The first size and the first interval (periods up to and
    including the first demand) start the recursion unless given.

    :param y: (N, T) right-aligned, NaN on the left, rows longest first
    :param variant: "croston" or "sba" (times 1 - α/2)
    """
    rate, _sse = croston_grid(y, n, (alpha,), variant, first_size, first_interval)
    return rate


def croston_grid(
    y, n, alphas=ALPHA, variant="sba", first_size=None, first_interval=None
):
    """Croston or SBA with the α of least one-step squared error.

    :returns: (rate (N,), sse (N,))
    """
    alpha = np.asarray(alphas, np.float64)
    factors = (1.0 - alpha / 2.0 if variant == "sba" else np.ones(len(alpha)),)
    return _croston(y, n, alpha, factors, first_size, first_interval)[0]


def croston_pair(y, n, alphas=ALPHA):
    """Croston and SBA in one pass: ((rate, sse), (rate, sse))."""
    alpha = np.asarray(alphas, np.float64)
    return _croston(y, n, alpha, (np.ones(len(alpha)), 1.0 - alpha / 2.0))


def _croston(y, n, alpha, factors, first_size=None, first_interval=None):
    """Sizes and intervals smoothed with every α; one answer for each of `factors`."""
    size, width = y.shape
    grid = len(alpha)
    active = active_rows(n, width)
    amount = np.zeros((size, grid))
    interval = np.ones((size, grid))
    begun = np.zeros(size, bool)
    if first_size is not None:
        amount[:] = np.broadcast_to(first_size, size)[:, None]
        interval[:] = np.broadcast_to(first_interval, size)[:, None]
        begun[:] = True
    rate = np.where(begun[:, None], amount / interval, 0.0)
    gap = np.zeros(size)
    # Σx², Σx·rate and Σrate² since the first demand give the error of any factor
    sxx = np.zeros(size)
    sxr, srr = np.zeros((size, grid)), np.zeros((size, grid))
    for t in range(width):
        k = active[t]
        if not k:
            continue
        x = y[:k, t]
        gap[:k] += 1
        r = rate[:k]  # 0 until the first demand
        srr[:k] += r * r
        hit = np.flatnonzero(x)
        if not hit.size:
            continue
        value = x[hit, None]
        sxx[hit] += np.where(begun[hit], x[hit] ** 2, 0.0)
        sxr[hit] += value * r[hit]
        step = np.where(begun[hit, None], alpha, 1.0)
        amount[hit] += step * (value - amount[hit])
        interval[hit] += step * (gap[hit, None] - interval[hit])
        rate[hit] = amount[hit] / interval[hit]
        begun[hit] = True
        gap[hit] = 0
    rows = np.arange(size)
    answers = []
    for factor in factors:
        sse = sxx[:, None] - 2.0 * factor * sxr + factor**2 * srr
        best = sse.argmin(1)
        answers.append(((rate * factor)[rows, best], sse[rows, best]))
    return answers


def tsb(y, n, alpha=0.1, beta=0.1):
    """Teunter-Syntetos-Babai: probability of demand × size, (N,) per period.

    :param alpha: smoothing of the size (in periods with demand)
    :param beta: smoothing of the probability (in every period, so it fades out)
    """
    return tsb_grid(y, n, ((alpha, beta),))[0]


def tsb_grid(
    y, n, pairs=((0.1, 0.02), (0.1, 0.05), (0.1, 0.1), (0.2, 0.05), (0.2, 0.2))
):
    """TSB with the (α, β) of least one-step squared error: (rate (N,), sse (N,)).

    Starts from the mean size and the share of periods with demand of the first year or
    so (12 periods), not from the first demand, which is always a hit.
    """
    size, width = y.shape
    alpha = np.array([a for a, _b in pairs])
    beta = np.array([b for _a, b in pairs])
    active = active_rows(n, width)
    start = width - n
    span = np.minimum(n, 12)
    column = start[:, None] + np.arange(12)
    early = np.where(
        np.arange(12) < span[:, None],
        y[np.arange(size)[:, None], np.minimum(column, width - 1)],
        0.0,
    )
    hits = (early != 0).sum(1)
    share = hits / span
    full = np.where(np.isnan(y), 0.0, y)
    all_hits = (full != 0).sum(1)
    mean_size = np.where(
        hits > 0,
        early.sum(1) / np.maximum(hits, 1),
        full.sum(1) / np.maximum(all_hits, 1),
    )
    amount = np.repeat(mean_size[:, None], len(pairs), axis=1)
    chance = np.repeat(share[:, None], len(pairs), axis=1)
    sse = np.zeros((size, len(pairs)))
    for t in range(width):
        k = active[t]
        if not k:
            continue
        x = y[:k, t]
        error = x[:, None] - chance[:k] * amount[:k]
        sse[:k] += error * error
        hit = x != 0
        chance[:k] += beta * (hit[:, None] - chance[:k])
        rows = np.flatnonzero(hit)
        amount[rows] += alpha * (x[rows, None] - amount[rows])
    rate = chance * amount
    best = sse.argmin(1)
    rows = np.arange(size)
    return rate[rows, best], sse[rows, best]


def aggregate(y, n, k):
    """Sums over k periods, right-aligned: (N, T // k), NaN where a block is not
    complete."""
    size, width = y.shape
    # no wider than the longest row: the recursions start where the longest begins
    blocks = min(width // k, int((n // k).max(initial=0)))
    part = y[:, width - blocks * k :].reshape(size, blocks, k).sum(2)
    return part, n // k


def adida_imapa(y, n, levels=LEVELS):
    """ADIDA and IMAPA, (N,) each, per period.

    ADIDA smooths the series aggregated to its own mean inter-demand interval; IMAPA
    averages over all aggregation levels from 1 to that interval. Levels stop at
    `levels`, and at a quarter of the history so that four blocks remain.
    """
    size = len(y)
    hits = (np.where(np.isnan(y), 0.0, y) != 0).sum(1)
    interval = np.where(hits > 0, np.rint(n / np.maximum(hits, 1)), 1).astype(int)
    top = np.clip(interval, 1, np.maximum(1, np.minimum(levels, n // 4)))
    adida = np.zeros(size)
    total = np.zeros(size)
    for k in range(1, int(top.max()) + 1 if size else 1):
        rows = np.flatnonzero(top >= k)
        blocks, count = aggregate(y[rows], n[rows], k)
        z = np.ascontiguousarray(blocks.T, dtype=np.float32)
        rate = ses_level(z, count, SES_ALPHA) / k
        total[rows] += rate
        own = top[rows] == k
        adida[rows[own]] = rate[own]
    return adida, total / top
