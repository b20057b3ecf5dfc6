# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_new_picking_values(self):
        """The next step of a resend is a resend as well."""
        values = super()._get_new_picking_values()
        order = self.move_orig_ids.picking_id.logistics_resend_order_id[:1]
        if order:
            values["logistics_resend_order_id"] = order.id
        return values
