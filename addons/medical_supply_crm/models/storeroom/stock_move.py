# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    medical_consumption_id = fields.Many2one(
        "medical.consumption",
        string="Storeroom Consumption",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
