# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Demand explained by known columns: price, promotion, advertising, holidays.

A panel regression in logarithms with an effect of each series: every series has slopes
of its own, shrunk towards the slopes of the whole panel by as much as the data say (empirical
Bayes), so thin series borrow from the others. What the drivers leave unexplained is
smoothed exponentially and carried forward.

Sources: Wooldridge 2010 (fixed effects), Efron & Morris 1975 (shrinkage), Duan 1983
(smearing: the mean, not the median, after exp).
"""

import numpy as np
import pandas as pd

from .calendars import calendar_of
from .panel import _days, check_columns
from .smoothing import ses_level

CARRIED = (
    0.5  # share of the last unexplained level that lasts, chosen on earlier origins
)
ROUNDS = 4  # of estimating how much slopes differ between series


def usable(names, cube, future, problems):
    """Which columns can be used: those that are known ahead and not the same everywhere.

    :param cube: (N, T, K); :param future: (N, H, K) or None
    :returns: list of column positions
    """
    keep = []
    for k, name in enumerate(names):
        if future is None or np.isnan(future[:, :, k]).all():
            problems.add(
                "",
                "driver_unknown_ahead",
                f"column {name} has no values for the periods ahead; not used.",
            )
            continue
        values = cube[:, :, k]
        known = values[~np.isnan(values)]
        if not known.size or known.min() == known.max():
            continue  # says nothing, e.g. a column of ones
        keep.append(k)
    return keep


def future_cube(frame, table, horizon, problems):
    """(N, horizon, K) values of the driver columns for the periods ahead, NaN unknown."""
    check_columns(frame, ("unique_id", "ds"), "future")
    names = [name for name in table.driver_names if name in frame.columns]
    cube = np.full((len(table.n), horizon, len(table.driver_names)), np.nan)
    if not len(frame) or not names:
        return cube
    days = _days(frame["ds"], "future")
    calendar = table.calendar
    if calendar.freq == "W" and calendar_of(days, "W") != calendar:
        problems.add(
            "",
            "driver_weekday",
            "the weeks of the future drivers begin on another weekday than the history.",
        )
    row_of = pd.Series(np.arange(len(table.n)), index=pd.Index(table.ids))
    ids = frame["unique_id"]
    if len(table.ids) and isinstance(table.ids[0], str):
        ids = ids.astype(str)
    row = row_of.reindex(ids).to_numpy()
    number = calendar.number(days)
    known = ~np.isnan(row)
    row = row[known].astype(int)
    step = number[known] - table.end[row] - 1
    inside = (step >= 0) & (step < horizon)
    for name in names:
        values = pd.to_numeric(frame[name], errors="coerce").to_numpy(float)[known]
        k = table.driver_names.index(name)
        cube[row[inside], step[inside], k] = values[inside]
    cube[~np.isfinite(cube)] = np.nan
    return cube


def transform(cube, future):
    """Logarithm of positive columns with several values, others as they are; unit spread.

    :returns: (cube, future) of the same shapes
    """
    cube, future = cube.copy(), future.copy()
    for k in range(cube.shape[2]):
        known = cube[:, :, k][~np.isnan(cube[:, :, k])]
        ahead = future[:, :, k][~np.isnan(future[:, :, k])]
        low = min(known.min(initial=np.inf), ahead.min(initial=np.inf))
        if low > 0 and len(np.unique(known[:1000])) > 2:
            cube[:, :, k] = np.log(cube[:, :, k])
            future[:, :, k] = np.log(future[:, :, k])
            known = np.log(known)
        spread = known.std() or 1.0
        cube[:, :, k] /= spread
        future[:, :, k] /= spread
    return cube, future


def forecast_drivers(y, given, n, cube, future):
    """(N, H) forecasts and (N,) usual share by which they err.

    Both NaN for series with unknown drivers ahead (there only in those periods) or too thin.

    :param y: (N, T) right-aligned, NaN on the left, rows longest first
    :param given: (N, T) bool, periods with a row of their own (filled gaps teach nothing)
    :param n: (N,); :param cube: (N, T, K); :param future: (N, H, K)
    """
    cube, future = transform(cube, future)
    size, _width, count = cube.shape
    positive = np.where(np.nan_to_num(y) > 0, y, np.inf)
    least = positive.min(1)
    zeros = (np.where(given, y, 1.0) <= 0).any(1)
    shift = np.where(zeros, 0.5 * least, 0.0)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    use = given & ~np.isnan(cube).any(2) & ~np.isnan(y)
    use &= np.nan_to_num(y) + shift[:, None] > 0
    periods = use.sum(1)
    fit = (periods >= 6) & np.isfinite(least)
    out = np.full((size, future.shape[1]), np.nan)
    share = np.full(size, np.nan)
    if not fit.any():
        return out, share
    logs = np.zeros_like(y)
    logs[use] = np.log((y + shift[:, None])[use])
    safe = np.maximum(periods, 1)
    x = np.where(use[:, :, None], cube, 0.0)
    centre_x = x.sum(1) / safe[:, None]
    centre_y = logs.sum(1) / safe
    dx = np.where(use[:, :, None], cube - centre_x[:, None, :], 0.0)
    dy = np.where(use, logs - centre_y[:, None], 0.0)
    cross = np.einsum("ntk,ntl->nkl", dx, dx)
    moment = np.einsum("ntk,nt->nk", dx, dy)
    slopes = _shrunk_slopes(cross[fit], moment[fit], dx[fit], dy[fit], periods[fit])
    every = np.zeros((size, count))
    every[fit] = slopes
    rest = np.where(use, dy - np.einsum("ntk,nk->nt", dx, every), np.nan)
    level, smear = _carry(rest, n, use)
    ahead = np.einsum("nhk,nk->nh", future - centre_x[:, None, :], every)
    # no further outside what was seen than a doubling of the range of the fitted values
    fitted = np.where(use, np.einsum("ntk,nk->nt", dx, every), 0.0)
    top, low = fitted.max(1)[:, None], fitted.min(1)[:, None]
    reach = top - low
    ahead = np.clip(ahead, low - reach, top + reach)
    mean = np.exp(centre_y[:, None] + level[:, None] + ahead) * smear[:, None]
    mean = np.maximum(mean - shift[:, None], 0.0)
    out[fit] = mean[fit]
    square = np.where(use, rest, 0.0) ** 2
    own = square.sum(1)[fit] / np.maximum(periods[fit] - 1, 1)
    usual = np.median(own)
    own = (own * (periods[fit] - 1) + 2 * usual) / (periods[fit] + 1)
    share[fit] = np.sqrt(np.clip(own, 1e-6, 1.0))
    return out, share


def _shrunk_slopes(cross, moment, dx, dy, periods):
    """(N, K) slopes of each series, drawn to the slopes of the panel."""
    count = moment.shape[1]
    ridge = 1e-8 * np.eye(count) * max(float(np.trace(cross.sum(0))), 1e-12)
    pooled = np.linalg.solve(cross.sum(0) + ridge, moment.sum(0))
    error = dy - np.einsum("ntk,k->nt", dx, pooled)
    noise = (error**2).sum(1) / np.maximum(periods - 1, 1)
    spread = np.full(count, max(float(np.median(noise)), 1e-12))
    usual = max(float(np.median(noise)), 1e-12)
    for _round in range(ROUNDS):
        # slopes ~ N(pooled, spread); data ~ N(., noise): posterior mean and variance
        own = np.maximum(noise, 0.1 * usual)[:, None, None]
        precision = cross / own + np.diag(1.0 / spread)
        target = moment / own[:, :, 0] + pooled / spread
        cover = np.linalg.inv(precision)
        slopes = np.einsum("nkl,nl->nk", cover, target)
        pooled = slopes.mean(0)
        variance = np.einsum("nkk->nk", cover)
        spread = ((slopes - pooled) ** 2 + variance).mean(0).clip(1e-10)
        error = dy - np.einsum("ntk,nk->nt", dx, slopes)
        noise = (error**2).sum(1) / np.maximum(periods - 1, 1)
    return slopes


def _carry(rest, n, use):
    """Level of the unexplained part at the end, and the smearing factor.

    Periods that were not used hold the value before them.
    """
    filled = pd.DataFrame(rest).T.ffill().bfill().T.to_numpy()
    filled = np.nan_to_num(filled)
    z = np.ascontiguousarray(filled.T, dtype=np.float32)
    level = CARRIED * ses_level(z, n)
    square = np.where(use, rest, 0.0) ** 2
    variance = square.sum(1) / np.maximum(use.sum(1) - 1, 1)
    # half of Duan's factor under near-normal errors: between the median, which serves
    # the absolute error, and the mean, which serves the total; small for wild series
    return level, np.exp(np.minimum(0.25 * variance, 0.125))
