# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What numbers look like is read once and kept; whoever changes it says so."""

from . import ir_sequence
from . import stock_picking_type
from . import account_journal
