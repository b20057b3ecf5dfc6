# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalFeedColumnsLine(models.TransientModel):
    """One proposed column."""

    _name = "medical.feed.columns.line"
    _description = "Proposed Table Column"

    wizard_id = fields.Many2one(
        "medical.feed.columns", required=True, ondelete="cascade"
    )
    meaning = fields.Selection(
        lambda self: self.env["medical.feed.column"]._meanings(), required=True
    )
    heading = fields.Char(string="Column Heading", required=True)
    place = fields.Char(string="Column", readonly=True)
    likeness = fields.Float(readonly=True)
