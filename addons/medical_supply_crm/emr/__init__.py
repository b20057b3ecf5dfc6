# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Readers of hospital schedules: FHIR R4/R5, HL7 v2, iCalendar, tables -> `ScheduleEvent`.

Pure Python: knows nothing of Odoo, stores nothing, logs nothing. What leaves a reader is a white
list of codes and times; see `read`.
"""

from .codes import STATUSES, system_name
from .events import (
    DEMAND_KINDS,
    KINDS,
    OPEN_STATUSES,
    Problem,
    ReadResult,
    ScheduleEvent,
    countable,
    merge,
    newer,
    version_key,
)
from .read import FORMATS, read

__all__ = [
    "DEMAND_KINDS",
    "FORMATS",
    "KINDS",
    "OPEN_STATUSES",
    "STATUSES",
    "Problem",
    "ReadResult",
    "ScheduleEvent",
    "countable",
    "merge",
    "newer",
    "read",
    "system_name",
    "version_key",
]
