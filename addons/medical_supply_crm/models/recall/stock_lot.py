# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    medical_blocked = fields.Boolean(
        string="Recalled",
        readonly=True,
        copy=False,
        help="Caught by a recall: not reserved, not counted as usable, not delivered.",
    )

    _medical_blocked_idx = models.Index("(product_id) WHERE medical_blocked")

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        self.env["medical.recall"]._catch(lots)
        return lots

    def write(self, vals):
        result = super().write(vals)
        if {"name", "ref", "product_id"} & vals.keys():
            self.env["medical.recall"]._catch(self)
        return result
