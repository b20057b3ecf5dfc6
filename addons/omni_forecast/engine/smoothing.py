# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Exponential smoothing of many series at once: the recursions.

All functions take `z` (T, N) time-major float32 with the rows longest first (see
`panel.py`), `n` (N,) lengths in falling order, and try every point of a small parameter
grid for every series in one pass; the point with the least one-step squared error wins.

Sources: Brown 1959, Holt 1957, Gardner & McKenzie 1985 (damped trend), Winters 1960,
Assimakopoulos & Nikolopoulos 2000 and Fiorucci et al. 2016 (Theta, dynamic optimised
Theta); error-correction forms as in Hyndman et al. 2008.
"""

import numpy as np

ALPHA = np.array([0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99], np.float32)


def active_rows(n, width):
    """For each column, how many rows have begun (rows are longest first)."""
    return np.searchsorted(width - n, np.arange(width), side="right")


def _ages(n, width):
    """(T, N) age of each column in periods of its row (1 = first), 0 in the padding."""
    return np.maximum(np.arange(width)[:, None] - (width - n) + 1, 0)


def _errors(z, n, alpha):
    """One-step errors of SES started at the first value, and what they owe to l₀.

    In the padding the value is held at the first one, where the error is zero.

    :returns: (errors (T, N, G), fade (T, 1 or N, G) = (1-α)^(age-1), level (N, G), first)
    """
    width, size = z.shape
    first = z[width - n, np.arange(size)]
    age = _ages(n, width)
    even = len(n) and n[0] == n[-1]
    if not even:
        z = np.where(age > 0, z, first)
    power = np.arange(width + 1, dtype=np.float32)[:, None] - 1.0
    table = ((1.0 - alpha) ** power).astype(np.float32)
    table[0] = 0.0
    fade = table[age[:, :1] if even else age]
    level = np.repeat(first[:, None], len(alpha), axis=1).astype(np.float32)
    errors = np.empty((width, size, len(alpha)), np.float32)
    move = np.empty_like(level)
    for t in range(width):
        np.subtract(z[t, :, None], level, out=errors[t])
        np.multiply(errors[t], alpha, out=move)
        np.add(level, move, out=level)
    return errors, fade, level, first


def _sum(a, b):
    """Sum over time of a·b, as float64 (N, G)."""
    return np.einsum("tng,tng->ng", a, b).astype(np.float64)


def ses_level(z, n, alpha=ALPHA, fit_start=True):
    """(N,) last level of simple exponential smoothing, α by least squares.

    :param fit_start: l₀ by least squares too; else it is the first value
    """
    errors, fade, level, _first = _errors(z, n, alpha)
    if not fit_start:
        best = _sum(errors, errors).argmin(1)
        return level[np.arange(len(n)), best].astype(np.float64)
    fade = np.broadcast_to(fade, errors.shape)
    sec, scc = _sum(errors, fade), _sum(fade, fade)
    best, _sse = _best_ses(_sum(errors, errors), sec, scc)
    rows = np.arange(len(n))
    last = fade[-1] * (1.0 - alpha)
    return (level + last * (sec / scc))[rows, best].astype(np.float64)


def _best_ses(see, sec, scc):
    sse = see - sec * sec / scc
    best = sse.argmin(1)
    return best, np.maximum(sse[np.arange(len(sse)), best], 0.0)


def level_and_theta(z, n, alpha=ALPHA):
    """SES and dynamic optimised Theta in one pass over the data.

    For a fixed α both forecasts are linear in the initial level l₀ and, for Theta, in the
    weight w = 1 - 1/θ of the dynamic line, so these are found by least squares in closed
    form and only α needs a grid. w is kept in [0, 1] (θ ≥ 1).

    :returns: dict with (N,) arrays: ses_level, ses_alpha, ses_sse, theta_level,
        theta_alpha, theta_w, theta_sse, mean (ȳ_n), slope (B_n), in the units of `z`
    """
    width, size = z.shape
    errors, fade, level, _first = _errors(z, n, alpha)
    mean, slope = _running_lines(z, n)
    # line of period t: (1-α)^(t-1)·A + (1 - (1-α)^t)/α·B, with A, B of the periods before
    line = np.zeros_like(errors)
    age = _ages(n, width)[1:]
    intercept = (mean[:-1] - age / 2.0 * slope[:-1]).astype(np.float32)
    part = fade[1:]
    np.multiply(part, intercept[:, :, None], out=line[1:])
    climb = (1.0 - part * (1.0 - alpha)) / alpha
    line[1:] += climb * slope[:-1, :, None].astype(np.float32)
    line[1:] *= (age > 1)[:, :, None]
    fade = np.broadcast_to(fade, errors.shape)
    see, sec, scc = _sum(errors, errors), _sum(errors, fade), _sum(fade, fade)
    seq, scq, sqq = _sum(errors, line), _sum(fade, line), _sum(line, line)
    rows = np.arange(size)
    last = fade[-1] * (1.0 - alpha)
    best, ses_sse = _best_ses(see, sec, scc)
    out = {
        "ses_level": (level + last * (sec / scc))[rows, best].astype(np.float64),
        "ses_alpha": alpha[best].astype(np.float64),
        "ses_sse": ses_sse,
    }
    # error as a function of the change d of l₀ and of w: e - c·d - q·w
    det = scc * sqq - scq * scq
    safe = det > 1e-9 * scc * np.maximum(sqq, 1e-30)
    w = np.where(safe, (scc * seq - scq * sec) / np.where(safe, det, 1.0), 0.0)
    w = np.clip(w, 0.0, 1.0)
    shift = (sec - w * scq) / scc
    sse = see - 2 * w * seq - 2 * shift * sec + shift**2 * scc
    sse += 2 * w * shift * scq + w**2 * sqq
    best = sse.argmin(1)
    out.update(
        theta_level=(level + last * shift)[rows, best].astype(np.float64),
        theta_alpha=alpha[best].astype(np.float64),
        theta_w=w[rows, best],
        theta_sse=np.maximum(sse[rows, best], 0.0),
        mean=mean[-1],
        slope=slope[-1],
    )
    return out


def _running_lines(z, n):
    """(T, N) mean and least-squares slope of each row up to and including each period."""
    age = _ages(n, len(z)).astype(np.float64)
    x = np.where(age > 0, z, 0.0).astype(np.float64)
    total = np.cumsum(x, axis=0)
    moment = np.cumsum(age * x, axis=0)
    mean = total / np.maximum(age, 1.0)
    safe = np.where(age > 1, age * (age * age - 1.0), 1.0)
    slope = np.where(age > 1, (12.0 * moment - 6.0 * (age + 1.0) * total) / safe, 0.0)
    return mean, slope


def theta_ahead(fit, n, horizon):
    """(N, horizon) forecasts of the dynamic optimised Theta model.

    The line is updated with the forecasts themselves, as in Fiorucci et al. 2016.
    """
    level, alpha, w = fit["theta_level"], fit["theta_alpha"], fit["theta_w"]
    mean, slope = fit["mean"].copy(), fit["slope"].copy()
    result = np.empty((len(level), horizon))
    age = n.astype(np.float64)
    for j in range(horizon):
        fade = (1.0 - alpha) ** age
        intercept = mean - (age + 1) / 2.0 * slope
        line = fade * intercept + (1.0 - fade * (1.0 - alpha)) / alpha * slope
        ahead = level + w * line
        result[:, j] = ahead
        level = level + alpha * (ahead - level)
        age = age + 1
        old = mean
        mean = ((age - 1) * old + ahead) / age
        slope = ((age - 2) * slope + 6.0 / age * (ahead - old)) / (age + 1)
    return result


def first_line(z, n, periods=10):
    """(N,) level before the first period and slope, by least squares over the first
    ones."""
    width, size = z.shape
    span = min(width, periods)
    take = (width - n)[:, None] + np.arange(span)
    inside = take < width
    x = np.where(inside, z[np.minimum(take, width - 1), np.arange(size)[:, None]], 0.0)
    count = inside.sum(1)
    t = np.arange(1, span + 1, dtype=np.float64)
    tt = np.where(inside, t, 0.0)
    mean_t = tt.sum(1) / count
    mean_x = x.sum(1) / count
    dt = np.where(inside, t - mean_t[:, None], 0.0)
    var = (dt**2).sum(1)
    slope = np.where(var > 0, (dt * x).sum(1) / np.where(var > 0, var, 1.0), 0.0)
    return mean_x - slope * mean_t, slope


def trend_grid(z, n, level0, slope0, alpha, beta, phi):
    """Holt's linear (φ = 1) or damped trend for every point of the grid.

    :param alpha, beta, phi: (G,) parameters; β is the share of α that moves the slope
    (β*)
    :returns: (level, slope, phi, sse), each (N,)
    """
    width, size = z.shape
    active = active_rows(n, width)
    alpha, beta, phi = (np.asarray(a, np.float32) for a in (alpha, beta, phi))
    gain = alpha * beta
    level = np.repeat(level0.astype(np.float32)[:, None], len(alpha), axis=1)
    slope = np.repeat(slope0.astype(np.float32)[:, None], len(alpha), axis=1)
    sse = np.zeros_like(level)
    error = np.empty_like(level)
    move = np.empty_like(level)
    for t in range(width):
        k = active[t]
        if not k:
            continue
        lev, slo, err, mov = level[:k], slope[:k], error[:k], move[:k]
        np.multiply(slo, phi, out=slo)
        np.add(lev, slo, out=lev)
        np.subtract(z[t, :k, None], lev, out=err)
        np.multiply(err, alpha, out=mov)
        np.add(lev, mov, out=lev)
        np.multiply(err, gain, out=mov)
        np.add(slo, mov, out=slo)
        np.multiply(err, err, out=err)
        np.add(sse[:k], err, out=sse[:k])
    best = sse.argmin(1)
    rows = np.arange(size)
    return (
        level[rows, best].astype(np.float64),
        slope[rows, best].astype(np.float64),
        phi[best].astype(np.float64),
        sse[rows, best].astype(np.float64),
    )


def winters_grid(z, n, m, level0, slope0, season0, alpha, beta, gamma):
    """Additive Holt-Winters for every point of the grid.

    :param season0: (N, m) initial seasonal terms by phase (column modulo m, the first
        future period has phase 0)
    :returns: (level (N,), slope (N,), season (N, m), sse (N,))
    """
    width, size = z.shape
    active = active_rows(n, width)
    alpha, beta, gamma = (np.asarray(a, np.float32) for a in (alpha, beta, gamma))
    grid = len(alpha)
    gain = alpha * beta
    move_season = gamma * (1 - alpha)
    level = np.repeat(level0.astype(np.float32)[:, None], grid, axis=1)
    slope = np.repeat(slope0.astype(np.float32)[:, None], grid, axis=1)
    season = np.repeat(
        season0.T.astype(np.float32)[:, :, None], grid, axis=2
    )  # (m, N, G)
    sse = np.zeros_like(level)
    for t in range(width):
        k = active[t]
        if not k:
            continue
        phase = season[(t - width) % m, :k]
        level[:k] += slope[:k]
        error = z[t, :k, None] - level[:k] - phase
        level[:k] += alpha * error
        slope[:k] += gain * error
        phase += move_season * error
        sse[:k] += error * error
    best = sse.argmin(1)
    rows = np.arange(size)
    return (
        level[rows, best].astype(np.float64),
        slope[rows, best].astype(np.float64),
        season[:, rows, best].T.astype(np.float64),
        sse[rows, best].astype(np.float64),
    )
