# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class RmaDeliveryWizard(models.TransientModel):
    _inherit = "rma.delivery.wizard"

    @api.model
    def default_get(self, fields_list):
        """Propose the article the customer wants instead, as much as was accepted."""
        values = super().default_get(fields_list)
        rma = self.env["rma"].browse(self.env.context.get("active_ids"))
        if len(rma) == 1 and values.get("type") == "replace":
            product = rma.logistics_exchange_product_id
            if product:
                values.update(product_id=product.id, product_uom=product.uom_id.id)
            if rma.logistics_inspection_ids and rma.logistics_refundable > 0:
                values["product_uom_qty"] = rma.logistics_refundable
        return values
