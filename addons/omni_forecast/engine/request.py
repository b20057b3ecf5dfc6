# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller may ask of the engine; everything else is refused by name and value."""

import numpy as np
import pandas as pd

from .calendars import FREQUENCIES
from .errors import EngineError
from .library import NAMES
from .policy import POLICIES
from .reorder import abc_classes


def check_request(freq, horizon, policy, season, windows, also=()):
    """:raises EngineError: naming the field and its value"""
    if freq not in FREQUENCIES:
        raise EngineError(f"freq is {freq!r}; it must be one of M, W, D.")
    if policy not in POLICIES:
        raise EngineError(
            f"policy is {policy!r}; it must be one of {', '.join(POLICIES)}."
        )
    for name in also:
        if name not in NAMES:
            raise EngineError(f"also holds {name!r}; it must be of {', '.join(NAMES)}.")
    for name, value in (("horizon", horizon), ("season", season), ("windows", windows)):
        if value is None and name != "horizon":
            continue
        if isinstance(value, bool) or value != int(value) or value < 1:
            raise EngineError(
                f"{name} is {value!r}; it must be a whole number of at least 1."
            )


def lead_times(lead_time, ids):
    """(N,) int, 0 = no lead time asked; None when none at all."""
    if lead_time is None:
        return None
    if isinstance(lead_time, pd.Series):
        lead_time = lead_time.to_dict()
    if isinstance(lead_time, dict):
        values = np.array([lead_time.get(i, 0) or 0 for i in ids], dtype=float)
    else:
        values = np.full(len(ids), lead_time, dtype=float)
    if not np.isfinite(values).all() or (values < 0).any() or (values > 1000).any():
        raise EngineError("lead_time must be between 0 and 1000 periods.")
    return np.ceil(values).astype(int)


def services_of(service, ids):
    """List of (N,) arrays of probabilities."""
    if service is None:
        service = 0.98
    if isinstance(service, pd.Series):
        service = service.to_dict()
    if isinstance(service, dict):
        columns = [np.array([service.get(i) or 0.98 for i in ids], dtype=float)]
    else:
        columns = [np.full(len(ids), float(s)) for s in np.atleast_1d(service)]
    for column in columns:
        if ((column <= 0) | (column >= 1)).any():
            raise EngineError("service must lie between 0 and 1, e.g. 0.98.")
    return columns


def values_classes(value, abc, ids):
    """(N,) object "A", "B" or "C" by series; all "A" when neither is given.

    :param value: yearly value by unique_id (dict or Series): A makes the first 80 % of it,
        B the next 15 %; :param abc: the letters themselves, which then count instead
    """
    for name, given in (("value", value), ("abc", abc)):
        if given is not None and not isinstance(given, dict | pd.Series):
            raise EngineError(
                f"{name} is a {type(given).__name__}; it must be by unique_id, a dict or Series."
            )
    if abc is not None:
        letters = [abc.get(i) or "C" for i in ids]
        wrong = sorted(set(map(str, letters)) - {"A", "B", "C"})
        if wrong:
            raise EngineError(f"abc holds {wrong[0]!r}; it must be A, B or C.")
        return np.array(letters, dtype=object)
    if value is None:
        return np.full(len(ids), "A", dtype=object)
    worth = np.array([value.get(i) or 0.0 for i in ids], dtype=float)
    if not np.isfinite(worth).all():
        i = int(np.flatnonzero(~np.isfinite(worth))[0])
        raise EngineError(
            f"value of {ids[i]} is {worth[i]}; it must be a finite number."
        )
    return np.array(abc_classes(worth), dtype=object)
