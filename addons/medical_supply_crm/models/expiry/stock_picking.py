# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    medical_expiry_action_id = fields.Many2one(
        "medical.expiry.action",
        string="Expiry Action",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
