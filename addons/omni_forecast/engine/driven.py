# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The model "drivers" among the others: forecasts, backtest and size of its errors."""

from dataclasses import dataclass

import numpy as np

from .drivers import forecast_drivers, future_cube, usable


@dataclass(frozen=True)
class Explained:
    """rows (N,) bool, series with a drivers forecast; share (N,) of their forecast by
    which they usually err, past_share (W, N) the same as known at the origins."""

    rows: np.ndarray
    share: np.ndarray
    past_share: np.ndarray

    def scales(self, rows, mean, back, ahead, past):
        """Put the size of these errors into the scales of the intervals, in place.

        The errors of demand explained by price or promotion are a share of it: the weeks
        of an offer err by more pieces.

        :param rows: positions that the drivers speak for; :param ahead: (N, H)
        :param past: (W, N, H)
        """
        ahead[rows] = _share_of(mean["drivers"][rows], self.share[rows], ahead[rows])
        for w in range(len(past) if "drivers" in back.mean else 0):
            values = back.mean["drivers"][w, rows]
            past[w, rows] = _share_of(values, self.past_share[w, rows], past[w, rows])


def _share_of(values, share, other):
    size = np.maximum(np.abs(values), 0.05 * np.abs(values).mean(1, keepdims=True))
    size = size * share[:, None]
    return np.where(size > 0, size, other)


def add_drivers(table, future, mean, back, ahead, problems):
    """Adds "drivers" to forecasts and backtest where columns are known ahead, in place.

    :returns: Explained, or None where no column can be used
    """
    if table.drivers is None:
        return None
    cube = None
    if future is not None:
        cube = future_cube(future, table, ahead, problems)
    keep = usable(table.driver_names, table.drivers, cube, problems)
    if not keep:
        return None
    history, cube = table.drivers[:, :, keep], cube[:, :, keep]
    values, share = forecast_drivers(table.y, table.given, table.n, history, cube)
    rows = ~np.isnan(values).all(1)
    _name_gaps(cube, table, keep, problems)
    mean["drivers"] = np.where(np.isnan(values), mean["comb"], values)
    mean["drivers"][~rows] = np.nan
    past = np.full(back.actual.shape, np.nan, np.float32)
    past_share = np.full(back.sigma.shape, np.nan)
    width = table.y.shape[1]
    for w, cut in enumerate(back.cuts):
        then = ~np.isnan(back.sigma[w])
        stop = width - cut
        past[w, then], past_share[w, then] = forecast_drivers(
            table.y[then, :stop],
            table.given[then, :stop],
            table.n[then] - cut,
            history[then, :stop],
            _pad(history[then, stop : stop + ahead], ahead),
        )
    if len(back.cuts):
        back.mean["drivers"] = past
    return Explained(rows, share, past_share)


def _name_gaps(cube, table, keep, problems):
    for i in np.flatnonzero(np.isnan(cube).any((1, 2))):
        gaps = np.isnan(cube[i])
        name = table.driver_names[keep[int(np.argmax(gaps.any(0)))]]
        problems.add(
            table.ids[i],
            "driver_missing",
            f"{int(gaps.any(1).sum())} period(s) ahead without {name}; "
            "those are forecast without drivers.",
            count=int(gaps.any(1).sum()),
            column=name,
        )


def _pad(cube, ahead):
    """(N, ahead, K): periods not yet known are NaN."""
    lack = ahead - cube.shape[1]
    return np.pad(cube, ((0, 0), (0, lack), (0, 0)), constant_values=np.nan)
