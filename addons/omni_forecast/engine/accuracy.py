# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Error measures. Bias is forecast minus actual everywhere.

Every function takes arrays of one shape (…, horizon) and averages over the last axis;
one series (horizon,) gives a number, a panel (N, horizon) gives (N,). NaN actuals are
left out. Scales are computed on the training part only.

Sources: Hyndman & Koehler 2006 (MASE, sMAPE), Makridakis et al. 2022 (RMSSE),
Kolassa 2016 (why not MAE on intermittent demand), Brown 1963 (tracking signal),
Gardner 1983 and McClain 1988 (its limits).
"""

import numpy as np


def _mean(values):
    values = np.asarray(values, dtype=float)
    known = ~np.isnan(values)
    count = known.sum(-1)
    total = np.where(known, values, 0.0).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _ratio(top, bottom):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, np.asarray(top) / bottom, np.nan)


def naive_scale(train, season=1, power=1):
    """Mean |y_t - y_(t-season)|^power of the training part (NaN padding allowed).

    Falls back on season 1 where a series is too short for its season.
    """
    train = np.asarray(train, dtype=float)
    scale = _lagged(train, season, power)
    if season > 1:
        short = np.isnan(scale)
        if np.any(short):
            scale = np.where(short, _lagged(train, 1, power), scale)
    return scale


def _lagged(train, lag, power):
    if train.shape[-1] <= lag:
        return np.full(train.shape[:-1], np.nan)
    return _mean(np.abs(train[..., lag:] - train[..., :-lag]) ** power)


def mase(actual, forecast, train=None, season=1, scale=None):
    """Mean absolute error over the in-sample MAE of the (seasonal) naive forecast."""
    if scale is None:
        scale = naive_scale(train, season)
    return _ratio(_mean(np.abs(np.asarray(forecast) - actual)), scale)


def rmsse(actual, forecast, train=None, season=1, scale=None):
    """Root of mean squared error over the in-sample MSE of the (seasonal) naive."""
    if scale is None:
        scale = naive_scale(train, season, power=2)
    return np.sqrt(_ratio(_mean((np.asarray(forecast) - actual) ** 2), scale))


def wape(actual, forecast):
    """Sum of absolute errors over the sum of absolute actuals (1 = 100 %)."""
    actual = np.asarray(actual, dtype=float)
    return _ratio(_mean(np.abs(forecast - actual)), _mean(np.abs(actual)))


def smape(actual, forecast):
    """Mean of 200·|f - y| / (|f| + |y|), in percent; a pair of zeros counts 0."""
    actual = np.asarray(actual, dtype=float)
    forecast = np.asarray(forecast, dtype=float)
    top = 200.0 * np.abs(forecast - actual)
    bottom = np.abs(actual) + np.abs(forecast)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(
            bottom > 0, top / bottom, np.where(np.isnan(bottom), np.nan, 0.0)
        )
    return _mean(each)


def bias(actual, forecast):
    """Mean of forecast - actual, in units of demand; positive = too much."""
    return _mean(np.asarray(forecast, dtype=float) - actual)


def pinball(actual, quantile, level):
    """Mean quantile (pinball) loss of `quantile` promised at `level` (0-1)."""
    gap = np.asarray(actual, dtype=float) - quantile
    return _mean(np.maximum(level * gap, (level - 1) * gap))


def coverage(actual, low, high):
    """Share of actuals inside [low, high] (0-1)."""
    actual = np.asarray(actual, dtype=float)
    inside = ((actual >= low) & (actual <= high)).astype(float)
    return _mean(np.where(np.isnan(actual), np.nan, inside))


def row_sum(values):
    """Sum over the last axis. A product with ones: numpy's own sum is slow on short rows."""
    values = np.asarray(values)
    kind = values.dtype if values.dtype.kind == "f" else np.float32
    return values.astype(kind) @ np.ones(values.shape[-1], kind)


def scales_of(y, season):
    """((N,), (N,)): what MASE and RMSSE divide by, NaN where that would be 0."""
    out = []
    for lag, power in ((season, 1), (1, 2)):
        scale = naive_scale(y, lag, power)
        out.append(np.where(scale > 0, scale, np.nan))
    return out


def panel_scores(actual, mean, error, scale, square_scale):
    """All measures of one model at once: dict of (N,) float64.

    :param actual, mean, error: (W, N, H), NaN where not judged
    :param scale, square_scale: (N,), see `scales_of`
    """
    known = ~np.isnan(error)
    count = row_sum(known).sum(0)
    error = np.where(known, error, 0.0)
    size = np.abs(error)
    real = np.where(known, np.abs(actual), 0.0)
    both = real + np.where(known, np.abs(mean), 0.0)
    share = np.divide(size, both, out=np.zeros_like(size), where=both > 0)

    def total(values):
        return row_sum(values).sum(0, dtype=float)

    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "mase": total(size) / count / scale,
            "rmsse": np.sqrt(total(error * error) / count / square_scale),
            "wape": total(size) / np.where(total(real) > 0, total(real), np.nan),
            "smape": 200.0 * total(share) / count,
            "bias": total(error) / count,
            "n": count,
        }


TRACKING_LIMIT = 4.0
CHANCE = 2.8  # standard deviations of a sum that chance is granted
SAME_SIDE = 0.75  # share of the errors that must lie on the side of their sum
LEAST_WATCHED = 4


def bias_alarm(error, scale):
    """Whether a forecast errs to one side, by more than chance would make it.

    The tracking signal alone does not tell: over P independent unbiased normal errors it
    has a standard deviation of √(π·P/2), so that ±4 is passed by every third good forecast
    at P = 10; rare demand, whose few large errors hide behind a small mean deviation,
    passes it more often still (Gardner 1983; McClain 1988). So the sum must leave ±4 mean
    deviations, CHANCE standard deviations of such a sum, the deviation of one period taken
    from the history (`intervals.series_scale`) or from the steps between these errors
    (von Neumann 1941: a lasting bias does not widen them), whichever is larger; and most
    errors must lie on its side, which one large order does not bring about.

    It is asked of the newest 4, 5, … periods up to all (as a cumulative sum does, Page 1954): a
    bias that began lately is not thinned by the good time before it, and a forecast that is
    made anew every period errs most just after the change.

    :param error: (N, P) forecast - actual, NaN unknown, one per period, newest last
    :param scale: (N, P) one-step deviation as known at the origin of each
    :returns: (N,) bool
    """
    width = error.shape[-1]
    alarm = np.zeros(error.shape[:-1], bool)
    own = _mean(np.diff(error, axis=-1) ** 2) / 2.0
    own = np.where(np.isnan(own), 0.0, own)
    square = np.asarray(scale, float) ** 2
    for newest in range(min(LEAST_WATCHED, width), width + 1):
        part = error[..., width - newest :]
        known = ~np.isnan(part)
        count = known.sum(-1)
        part = np.where(known, part, 0.0)
        total = part.sum(-1)
        variance = np.maximum(_mean(square[..., width - newest :]), own)
        side = (part * np.sign(total)[..., None] > 0).sum(-1)
        mean_size = np.abs(part).sum(-1) / np.maximum(count, 1)
        with np.errstate(invalid="ignore"):
            alarm |= (
                (count >= LEAST_WATCHED)
                & (np.abs(total) >= TRACKING_LIMIT * mean_size)
                & (mean_size > 0)
                & (np.abs(total) > CHANCE * np.sqrt(variance * count))
                & (side >= SAME_SIDE * count)
            )
    return alarm


def tracking_signal(actual, forecast):
    """Cumulated error (forecast - actual) over its mean absolute deviation.

    The usual alarm is beyond ±4; 0 where every error is 0.
    """
    error = np.asarray(forecast, dtype=float) - actual
    known = ~np.isnan(error)
    total = np.where(known, error, 0.0).sum(-1)
    mad = _mean(np.abs(error))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(mad > 0, total / mad, np.where(np.isnan(mad), np.nan, 0.0))
