# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller may ask of the engine; everything else is refused by name and value."""

import numpy as np
import pandas as pd

from .calendars import FREQUENCIES
from .errors import EngineError
from .policy import POLICIES


def check_request(freq, horizon, policy, season, windows):
    if freq not in FREQUENCIES:
        raise EngineError(f"freq is {freq!r}; it must be one of M, W, D.")
    if policy not in POLICIES:
        raise EngineError(
            f"policy is {policy!r}; it must be one of {', '.join(POLICIES)}."
        )
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
