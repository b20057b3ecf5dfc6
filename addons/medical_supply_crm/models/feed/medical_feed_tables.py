# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalFeed(models.Model):
    """Tables (CSV, Excel) with a saved mapping of their columns."""

    _inherit = "medical.feed"

    column_ids = fields.One2many("medical.feed.column", "feed_id", copy=True)

    def _column_mapping(self):
        """{field of emr.tabular: heading}, or None where headings speak for themselves."""
        return {
            column.meaning: column.heading for column in self.sudo().column_ids
        } or None

    def action_columns(self):
        """Open the dialog that proposes the columns from an example."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose Columns"),
            "res_model": "medical.feed.columns",
            "view_mode": "form",
            "target": "new",
            "context": {"default_feed_id": self.id},
        }
