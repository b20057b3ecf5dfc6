# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsReturnReason(models.Model):
    """Why customers send something back; they choose from these."""

    _name = "logistics.return.reason"
    _description = "Return Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    our_fault = fields.Boolean(
        help="We sent it wrong, damaged or faulty: it comes back whatever its category "
        "and condition, within the policy's window for faults.",
    )
    picture_needed = fields.Boolean(
        help="The customer has to add at least one picture."
    )
