# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import float_compare


class Rma(models.Model):
    """Refunds of what the inspection accepted, and not more."""

    _inherit = "rma"

    def _logistics_partly(self):
        """Whether less is refunded than was returned."""
        self.ensure_one()
        return (
            float_compare(
                self.logistics_refundable, self.product_uom_qty, precision_digits=4
            )
            < 0
        )

    def _prepare_refund_line_vals(self):
        vals = super()._prepare_refund_line_vals()
        if self._logistics_partly():
            vals["quantity"] = self.logistics_refundable
            # Quantities of the order line would not agree, see rma_sale.
            vals.pop("sale_line_ids", None)
        return vals

    def _link_refund_with_reception_move(self):
        if self._logistics_partly():
            return None
        return super()._link_refund_with_reception_move()
