# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Cleaning of the engine's input frames: every value that cannot be used becomes a problem row."""

import numpy as np
import pandas as pd

PROBLEM_COLUMNS = ["table", "key", "column", "code", "severity", "message"]


class Problems:
    """Gathers problem rows; a bad row never stops the run for the others."""

    def __init__(self):
        self.parts = []

    def add(self, table, keys, column, code, message, severity="error"):
        keys = list(keys)
        if keys:
            self.parts.append(
                pd.DataFrame(
                    {
                        "table": table,
                        "key": pd.Series(keys, dtype=object),
                        "column": column,
                        "code": code,
                        "severity": severity,
                        "message": message,
                    }
                )
            )

    def frame(self):
        if not self.parts:
            return pd.DataFrame(
                {name: pd.Series(dtype=object) for name in PROBLEM_COLUMNS}
            )
        return pd.concat(self.parts, ignore_index=True)[PROBLEM_COLUMNS]


def require(frame, table, columns):
    """The frame (an empty one for None) with all needed columns.

    :raises ValueError: naming table and missing columns: a programming error, not a data error
    """
    if frame is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"{table}: missing column(s) {', '.join(missing)}")
    return frame


def numbers(frame, column, default=None):
    """Float array of a column; NaN where it is no finite number; `default` where absent or empty."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan if default is None else float(default))
    values = frame[column]
    empty = values.isna().to_numpy()
    out = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    out = np.where(np.isfinite(out), out, np.nan)
    if default is not None:
        out = np.where(empty, float(default), out)
    return out


def days(frame, column, today):
    """Whole days from `today` of a date column as float; NaN where empty or no date."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    values = frame[column]
    if not pd.api.types.is_datetime64_any_dtype(values):
        values = pd.to_datetime(values, errors="coerce", utc=False, format="mixed")
    if getattr(values.dt, "tz", None) is not None:
        values = values.dt.tz_localize(None)
    whole = values.dt.normalize() - today
    return (whole.dt.total_seconds() / 86400).to_numpy(dtype=float, na_value=np.nan)


def checked(problems, table, keys, column, values, *, low, high, default, message):
    """Values inside [low, high]; others become `default` (a number or NaN to exclude) and a problem."""
    with np.errstate(invalid="ignore"):
        bad = ~((values >= low) & (values <= high))
    if bad.any():
        severity = "error" if np.isnan(default) else "warning"
        problems.add(table, keys[bad], column, "out-of-range", message, severity)
        values = np.where(bad, default, values)
    return values
