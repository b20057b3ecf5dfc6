# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsForgetPreview(models.TransientModel):
    _name = "logistics.forget.preview"
    _description = "What Forgetting Touches"
    _order = "id"
    _rec_name = "data"

    wizard_id = fields.Many2one(
        "partner.anonymize.wizard", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    data = fields.Char(readonly=True)
    outcome = fields.Selection(
        [
            ("anonymise", "Anonymised"),
            ("delete", "Deleted"),
            ("keep", "Kept by law"),
        ],
        readonly=True,
    )
    count = fields.Integer(string="How many", readonly=True)
    why = fields.Char(string="How", readonly=True)
