# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    medical_use_until = fields.Datetime(
        string="Usable Until At Least",
        readonly=True,
        help="The date of the case this delivery is for, and a margin: lots that "
        "expire before it are not reserved, the others first expired, first out.",
    )
    medical_substitute_line_id = fields.Many2one(
        "medical.storeroom.line",
        string="Substitute For",
        readonly=True,
        index="btree_not_null",
        help="Par line whose article this delivery stands in for.",
    )
    medical_substitute_ratio = fields.Float(readonly=True, default=1.0)

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        values.update(
            medical_use_until=self.medical_use_until,
            medical_substitute_line_id=self.medical_substitute_line_id.id,
            medical_substitute_ratio=self.medical_substitute_ratio,
        )
        return values

    def _for_the_case(self):
        """This move in the context in which quants are gathered for its case."""
        if self.medical_use_until and "medical_outlive" not in self.env.context:
            return self.with_context(medical_outlive=self.medical_use_until)
        return self

    def _update_reserved_quantity(
        self,
        need,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=True,
    ):
        return super(StockMove, self._for_the_case())._update_reserved_quantity(
            need, location_id, lot_id, package_id, owner_id, strict
        )

    def _get_available_quantity(
        self,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
        allow_negative=False,
    ):
        return super(StockMove, self._for_the_case())._get_available_quantity(
            location_id, lot_id, package_id, owner_id, strict, allow_negative
        )
