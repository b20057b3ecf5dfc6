# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a long table of demand to a right-aligned matrix of series.

Row i of the matrix is one series; its last column is the series' own last period, so
that series which end at different dates are each forecast from their own end. Shorter
series are padded with NaN on the left. Rows are ordered longest first: a recursion
over time then works on a growing prefix of the rows and needs no masks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendars import Calendar, calendar_of, frequency_doubt
from .errors import EngineError

MISSING = ("auto", "zero", "interpolate")


@dataclass(frozen=True)
class Panel:
    """Series as a matrix.

    ids (N,) object, y (N, T) float64 right-aligned and NaN-padded on the left, in units
    of its row; n (N,) number of periods; end (N,) period number of the last period;
    unit (N,) what 1 stands for: a power of two near the mean of the row, so that
    neither huge nor tiny demand leaves the range of floating-point numbers and no digit
    is lost. given (N, T) bool, periods that had a row; drivers (N, T, K) further
    columns, NaN unknown.
    """

    ids: np.ndarray
    y: np.ndarray
    n: np.ndarray
    end: np.ndarray
    calendar: Calendar
    unit: np.ndarray
    given: np.ndarray
    driver_names: tuple = ()
    drivers: np.ndarray | None = None

    def dates(self, horizon):
        """(N, horizon) datetime64[ns] of the next periods of each series."""
        return self.calendar.date(self.end[:, None] + np.arange(1, horizon + 1))


class Problems:
    """Collects lines that name their series; `figures` are the message's numbers, so
    that a caller can say the same in another language by the code."""

    def __init__(self):
        self.rows = []

    def add(self, unique_id, code, message, **figures):
        self.rows.append((unique_id, code, message, figures))

    def frame(self):
        columns = ["unique_id", "code", "message", "figures"]
        frame = pd.DataFrame(self.rows, columns=columns)
        return frame.sort_values(
            ["unique_id", "code"], kind="stable", ignore_index=True
        )


def check_columns(panel, needed, what):
    """:raises EngineError: a needed column is missing or the frame is empty."""
    if not isinstance(panel, pd.DataFrame):
        raise EngineError(
            f"{what} must be a pandas DataFrame, not {type(panel).__name__}."
        )
    missing = [name for name in needed if name not in panel.columns]
    if missing:
        raise EngineError(
            f"{what} has no column {', '.join(missing)}; "
            f"it has {', '.join(map(str, panel.columns)) or 'none'}."
        )


def _days(values, what):
    try:
        dates = pd.to_datetime(values)
        if getattr(dates.dtype, "tz", None) is not None:
            dates = dates.dt.tz_localize(None)
    except (ValueError, TypeError, OverflowError) as error:
        raise EngineError(
            f"{what}: ds holds a value that is not a date ({error})."
        ) from None
    days = dates.to_numpy().astype("datetime64[D]")
    if np.isnat(days).any():
        raise EngineError(f"{what}: ds is empty on {int(np.isnat(days).sum())} row(s).")
    return days


def build_panel(frame, freq, problems, missing="auto", check_freq=True):
    """Panel from a long frame unique_id, ds, y.

    Several rows of one series in one period are summed (and named as a problem). Values
    that are NaN or infinite count as unknown. A period without a row inside a series is

    * `missing="zero"`: no demand;
    * `missing="interpolate"`: unknown, filled by a line between its neighbours;
    * `missing="auto"` (default): for every frequency, no demand, because a table of
      moves or invoices has no row for a day on which nothing moved; but unknown where
      at most half of a series is missing and zeros are recorded as rows of their own
      somewhere in the panel, or where the series is never near zero: at most 10 % of
      its periods missing, and no value under a fifth of a median of at least 5 pieces,
      or none under 20 pieces.

    :returns: (Panel, order) where `order` are the row ids in the order of the panel
    :raises EngineError: missing columns, no rows, dates that contradict `freq`
    """
    check_columns(frame, ("unique_id", "ds", "y"), "panel")
    if missing not in MISSING:
        raise EngineError(
            f"missing is {missing!r}; it must be one of {', '.join(MISSING)}."
        )
    if not len(frame):
        raise EngineError("panel has no rows: nothing to forecast.")
    days = _days(frame["ds"], "panel")
    calendar = calendar_of(days, freq)
    ids = frame["unique_id"]
    if ids.isna().any():
        raise EngineError(
            f"panel: unique_id is empty on {int(ids.isna().sum())} row(s)."
        )
    try:
        code, labels = pd.factorize(ids, sort=True)
    except TypeError:
        code, labels = pd.factorize(ids.astype(str), sort=True)
    labels = np.asarray(labels, dtype=object)
    try:
        value = frame["y"].to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError):
        raise EngineError("panel: y holds a value that is not a number.") from None
    number = calendar.number(days)
    first = int(number.min())
    span = int(number.max()) - first + 1
    key = code.astype(np.int64) * span + (number - first)
    names, further = _driver_columns(frame, problems)
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        key, value, code, number, days, further = (
            a[order] for a in (key, value, code, number, days, further)
        )
    if check_freq:
        same = np.r_[False, code[1:] == code[:-1]]
        day_order = days
        doubt = frequency_doubt(day_order, same, freq)
        if doubt:
            raise EngineError(doubt)
    value = value.copy()
    _name_bad_values(value, code, labels, problems)
    repeated = np.r_[False, key[1:] == key[:-1]]
    if repeated.any():
        for c, count in zip(
            *np.unique(code[repeated], return_counts=True), strict=True
        ):
            problems.add(
                labels[c],
                "duplicate",
                f"{count} further row(s) in a period that has one; summed.",
                count=int(count),
            )
        starts = np.flatnonzero(~repeated)
        unknown = np.isnan(value)
        value = np.add.reduceat(np.where(unknown, 0.0, value), starts)
        value[np.add.reduceat(~unknown, starts) == 0] = np.nan
        key, code, number = key[starts], code[starts], number[starts]
        further = further[starts]
    return _matrix(
        code, number, value, labels, calendar, problems, missing, names, further
    )


def _driver_columns(frame, problems):
    """(names, (rows, K) float) of the columns beyond unique_id, ds and y."""
    names, columns = [], []
    for name in frame.columns:
        if name in ("unique_id", "ds", "y"):
            continue
        column = frame[name]
        values = pd.to_numeric(column, errors="coerce").to_numpy(float)
        values[np.isinf(values)] = np.nan
        lost = int((np.isnan(values) & column.notna().to_numpy()).sum())
        if lost:
            problems.add(
                "", "driver_not_number", f"column {name}: {lost} value(s) not a number."
            )
        if np.isnan(values).all():
            continue
        names.append(str(name))
        columns.append(values)
    if not names:
        return (), np.empty((len(frame), 0))
    return tuple(names), np.column_stack(columns)


def _name_bad_values(value, code, labels, problems):
    """Unknown values become NaN; each series that has some is named."""
    for mask, name, words in (
        (np.isnan(value), "nan", "value(s) missing (NaN); taken as unknown."),
        (np.isinf(value), "infinite", "value(s) infinite; taken as unknown."),
        (value < 0, "negative", "value(s) negative (returns?); kept as they are."),
    ):
        if not mask.any():
            continue
        for c, count in zip(*np.unique(code[mask], return_counts=True), strict=True):
            problems.add(labels[c], name, f"{count} {words}", count=int(count))
    value[~np.isfinite(value)] = np.nan


def _matrix(code, number, value, labels, calendar, problems, missing, names, further):
    """Right-aligned matrix of the series, longest first, then by id."""
    size = len(labels)
    known = ~np.isnan(value)
    lead = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(lead, code[known], number[known])
    # The end is the last row, known or not: a series is forecast from its own end.
    tail = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(tail, code, number)
    has = np.zeros(size, bool)
    has[code[known]] = True
    for c in np.flatnonzero(~has):
        problems.add(
            labels[c], "no_history", "no usable value; no forecast is possible."
        )
    if not has.any():
        raise EngineError(
            "panel has no usable value in any series: nothing to forecast."
        )
    length = np.where(has, tail - np.where(has, lead, 0) + 1, 0)
    row_of = np.full(size, -1)
    ordered = np.lexsort((np.arange(size), -length))
    ordered = ordered[has[ordered]]
    row_of[ordered] = np.arange(len(ordered))
    width = int(length.max())
    y = np.full((len(ordered), width), np.nan)
    given = np.zeros((len(ordered), width), bool)
    keep = has[code] & (number >= lead[code])
    row = row_of[code[keep]]
    column = width - 1 - (tail[code[keep]] - number[keep])
    y[row, column] = value[keep]
    given[row, column] = True
    drivers = None
    if names:
        drivers = np.full((len(ordered), width, len(names)), np.nan)
        drivers[row, column] = further[keep]
    n = length[ordered]
    _fill(y, given, n, labels[ordered], problems, missing)
    unit = row_unit(y)
    return Panel(
        labels[ordered],
        y / unit[:, None],
        n,
        tail[ordered],
        calendar,
        unit,
        given,
        names,
        drivers,
    )


def row_unit(y):
    """(N,) power of two near the mean absolute value of each row; 1 for rows of
    zeros."""
    top = np.nanmax(np.abs(y), axis=1)
    top = np.where(top > 0, top, 1.0)
    mean = np.nanmean(np.abs(y) / top[:, None], axis=1).clip(1e-12)
    exponent = np.rint(np.log2(mean) + np.log2(top))
    return np.exp2(np.clip(exponent, -1000, 1000))


def _fill(y, given, n, ids, problems, missing):
    """Fill the periods inside a series that have no usable value."""
    width = y.shape[1]
    inside = np.arange(width) >= (width - n)[:, None]
    hole = inside & np.isnan(y)
    if not hole.any():
        return
    absent = hole & ~given  # no row at all; a NaN row is always unknown
    zero = np.zeros(len(n), bool)
    if missing == "zero":
        zero[:] = True
    elif missing == "auto":
        zeros_recorded = bool((y == 0).any())
        if not zeros_recorded:
            with np.errstate(all="ignore"):
                low = np.nanmin(np.abs(y), axis=1)
                median = np.nanmedian(y, axis=1)
            whole = (np.nan_to_num(y) % 1 == 0).all(1)
            far = np.where(whole, (low >= 20) | (median >= 5), True)
            steady = (low >= 0.2 * median) | (whole & (low >= 20))
            zero = ~((absent.sum(1) <= 0.1 * n) & far & steady)
        else:
            zero = absent.sum(1) > 0.5 * n
    y[absent & zero[:, None]] = 0.0
    hole = inside & np.isnan(y)
    for i in np.flatnonzero(absent.any(1)):
        how = "no demand" if zero[i] else "unknown, interpolated"
        problems.add(
            ids[i],
            "gap",
            f"{int(absent[i].sum())} period(s) without a row; {how}.",
            count=int(absent[i].sum()),
        )
    for i in np.flatnonzero(hole.any(1)):
        t = np.arange(width)
        ok = inside[i] & ~np.isnan(y[i])
        y[i, hole[i]] = np.interp(t[hole[i]], t[ok], y[i, ok])
