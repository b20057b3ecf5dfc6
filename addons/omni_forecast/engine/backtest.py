# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rolling-origin backtest of a whole panel with every fast model."""

from dataclasses import dataclass, field

import numpy as np

from .models import fit_rows
from .season import least_known

BLOCK = 1024  # rows of 84 periods fitted at once; longer rows in smaller blocks
MESSAGE = 1  # blocks sent to a worker at once


@dataclass
class Backtest:
    """Forecasts from earlier origins, on the rows of the panel.

    cuts (W,) periods left out at each origin; actual (W, N, H) NaN where not known;
    mean[model] (W, N, H) NaN where not made; sigma (W, N); wave (W, N, H) seasonal
    factors of the periods ahead.
    """

    cuts: np.ndarray
    actual: np.ndarray
    sigma: np.ndarray
    level: np.ndarray
    unit: np.ndarray
    wave: np.ndarray | None = None
    mean: dict = field(default_factory=dict)

    def whole(self):
        """Origins with the whole horizon known, latest first (else all of them)."""
        full = np.flatnonzero(self.cuts >= self.actual.shape[2])
        return full if len(full) else np.arange(len(self.cuts))

    def error(self, model):
        """(W, N, H) forecast - actual."""
        return self.mean[model] - self.actual


def plan_cuts(n, horizon, season, windows=None):
    """Periods left out at each origin.

    The step is a third of the horizon, so that a few origins see different moments
    without costing the training part its seasons. Panels of up to some thousand series
    get more origins (up to 12), since there the errors of other series are too few to
    lean on; two of those lie so late that only the first periods of their forecasts can
    be judged yet. Large panels have three origins with the whole horizon known. Where no
    history leaves room for the horizon, the origins lie as early as they can.
    """
    if windows is None:
        windows = int(np.clip(6000 // max(len(n), 1), 3, 12))
    step = max(1, -(-horizon // 3))
    late = 2 if windows > 4 and horizon > 2 else 0
    cuts = horizon + step * (np.arange(windows) - late)
    cuts = cuts[cuts > 0]
    if not len(n):
        return cuts[:0]
    most = max(int(n.max()) - shortest_training(season), 0)
    if most < cuts.min():
        # too short for the horizon: its first periods are better judged than nothing
        cuts = most - step * np.arange(windows)
        return cuts[cuts > 0][::-1]
    return cuts[cuts <= most]


def shortest_training(season):
    """Least history an origin must leave: a season, at least 6 and at most 24
    periods."""
    return max(6, min(season, 24))


def fit_block(block):
    """(mean, sigma, strength, wave) of one block; what a worker is asked."""
    fit = fit_rows(*block)
    return fit.mean, fit.sigma, fit.strength, fit.wave


def fit_blocks(blocks):
    """Several blocks in one message."""
    return [fit_block(block) for block in blocks]


def blocks_of(y, n, horizon, season, freq, sparse):
    """((start, stop), what `fit_rows` takes) of parts of the panel that fit into caches."""
    size = int(np.clip(BLOCK * 84 // max(y.shape[1], 1), 64, 1536))
    for start in range(0, len(n), size):
        stop = min(start + size, len(n))
        rows = y[start:stop, y.shape[1] - int(n[start]) :]
        yield (
            (start, stop),
            (rows, n[start:stop], horizon, season, freq, sparse[start:stop]),
        )


def fit_panel(y, n, horizon, season, freq, sparse, progress=None, runner=None):
    """Every fast model on all rows: (mean dict of (N, H), sigma, strength, wave).

    :param runner: where the blocks are fitted, see `cluster`
    """
    size = len(n)
    mean, sigma = {}, np.empty(size)
    strength, wave = np.zeros(size), np.ones((size, horizon), np.float32)
    parts = blocks_of(y, n, horizon, season, freq, sparse)
    for (start, stop), fit in _fitted(parts, runner):
        for name, values in fit[0].items():
            if name not in mean:
                mean[name] = np.full((size, horizon), np.nan)
            mean[name][start:stop] = values
        sigma[start:stop], strength[start:stop], wave[start:stop] = fit[1:]
        if progress:
            progress(stop - start)
    return mean, sigma, strength, wave


def _fitted(parts, runner):
    """((start, stop), fit) of each block."""
    if runner is None or not runner.remote:
        for place, block in parts:
            yield place, fit_block(block)
        return
    parts = list(parts)
    groups = [parts[i : i + MESSAGE] for i in range(0, len(parts), MESSAGE)]
    messages = [[block for _place, block in group] for group in groups]
    for group, fits in zip(groups, runner.map(fit_blocks, messages), strict=True):
        for (place, _block), fit in zip(group, fits, strict=True):
            yield place, fit


def run_backtest(
    y,
    n,
    horizon,
    season,
    freq,
    sparse,
    windows=None,
    progress=None,
    unit=None,
    runner=None,
):
    """:returns: Backtest (with no origins when every series is too short)."""
    size, width = y.shape
    cuts = plan_cuts(n, horizon, season, windows)
    count = len(cuts)
    actual = np.full((count, size, horizon), np.nan)
    sigma = np.full((count, size), np.nan)
    level = np.full((count, size), np.nan)
    wave = np.ones((count, size, horizon), np.float32)
    result = Backtest(
        cuts, actual, sigma, level, np.ones(size) if unit is None else unit, wave
    )
    least = shortest_training(season)
    for w, cut in enumerate(cuts):
        rows = int(np.count_nonzero(n - cut >= least))
        if not rows:
            continue
        stop = width - cut
        history = y[:rows, :stop]
        mean, s, _strength, wave[w, :rows] = fit_panel(
            history,
            n[:rows] - cut,
            horizon,
            season,
            freq,
            sparse[:rows],
            progress,
            runner,
        )
        actual[w, :rows, : min(cut, horizon)] = y[:rows, stop : stop + horizon]
        sigma[w, :rows] = s
        level[w, :rows] = np.nanmean(np.abs(history[:, -2 * max(season, 12) :]), axis=1)
        for name, values in mean.items():
            if name not in result.mean:
                result.mean[name] = np.full((count, size, horizon), np.nan, np.float32)
            result.mean[name][w, :rows] = values
    return result


def leave_unlike(back, n, seasonal, season):
    """Do not judge a series that has its season now at origins that could not know one, in
    place.

    From less history than `season.least_known` no season can be told from a trend, so the
    errors there are those of another forecast: they would make the bands of a strong season
    several times too wide.

    :param seasonal: (N,) bool, a season is in the forecast that is given now
    """
    least = least_known(season)
    for w, cut in enumerate(back.cuts):
        back.actual[w, seasonal & (n - cut < least)] = np.nan


def nearest_errors(error, scale, cuts):
    """For each period judged, the error of the last forecast made before it.

    Origins overlap: one bad month is an error of several of them. Taken from its nearest
    origin each period counts once, and with the shortest lead there is.

    :param error: (W, N, H); :param scale: (W, N); :param cuts: (W,) ascending
    :returns: (error (N, P), scale (N, P)), oldest period first, NaN where not judged
    """
    size, horizon = error.shape[1:]
    errors, scales = [np.empty((size, 0))], [np.empty((size, 0))]
    for w in range(len(cuts))[::-1]:
        leads = min(int(cuts[w] - (cuts[w - 1] if w else 0)), horizon)
        part = np.asarray(error[w, :, :leads], float)
        errors.append(part)
        scales.append(np.where(np.isnan(part), np.nan, scale[w, :, None]))
    return np.concatenate(errors, axis=1), np.concatenate(scales, axis=1)
