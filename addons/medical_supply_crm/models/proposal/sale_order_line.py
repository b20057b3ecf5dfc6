# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    medical_use_until = fields.Datetime(
        string="Usable Until At Least",
        readonly=True,
        copy=False,
        help="Lots that expire before are not delivered for this line.",
    )
    medical_substitute_line_id = fields.Many2one(
        "medical.storeroom.line",
        string="Substitute For",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    medical_substitute_ratio = fields.Float(readonly=True, copy=False, default=1.0)

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        values.update(
            medical_use_until=self.medical_use_until,
            medical_substitute_line_id=self.medical_substitute_line_id.id,
            medical_substitute_ratio=self.medical_substitute_ratio,
        )
        return values
