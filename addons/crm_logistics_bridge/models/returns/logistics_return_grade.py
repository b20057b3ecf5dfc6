# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

DISPOSITIONS = [
    ("restock", "Back into stock"),
    ("refurbish", "To be refurbished"),
    ("scrap", "Scrap"),
]


class LogisticsReturnGrade(models.Model):
    """What the inspection of returned goods may find, and where they go then."""

    _name = "logistics.return.grade"
    _description = "Return Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    disposition = fields.Selection(DISPOSITIONS, string="Goods go", required=True)
    refundable = fields.Boolean(
        default=True,
        help="Unset: goods of this grade are not refunded, unless the reason of the "
        "return is our fault.",
    )
