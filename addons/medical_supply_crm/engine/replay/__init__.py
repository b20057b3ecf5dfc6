# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A stock ledger lived through again under other replenishment policies.

`read_ledger` → demand by series and period; `read_schedule` → what was booked, and from
when it was known; `compare` → service, stock and waste of each policy over a range of
settings. Every policy decides with what was known at the time, and meets the same demand.
"""

from .compare import Comparison, compare
from .errors import LedgerError
from .ledger import Ledger, read_ledger
from .policies import POLICIES
from .schedule import Schedule, read_schedule
from .simulate import Outcome, simulate

__all__ = [
    "POLICIES",
    "Comparison",
    "Ledger",
    "LedgerError",
    "Outcome",
    "Schedule",
    "compare",
    "read_ledger",
    "read_schedule",
    "simulate",
]
