# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What cannot be answered at all."""


class LedgerError(ValueError):
    """A ledger, schedule or setting that cannot be used, named by field and value."""
