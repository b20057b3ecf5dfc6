# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsReturnReceive(models.TransientModel):
    """Receive a return, also in part."""

    _name = "logistics.return.receive"
    _description = "Receive a Return"

    rma_id = fields.Many2one("rma", required=True, readonly=True)
    product_id = fields.Many2one(related="rma_id.product_id")
    requested = fields.Float(related="rma_id.product_uom_qty")
    quantity = fields.Float(string="Came in", required=True, digits="Product Unit")
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        domain="[('product_id', '=', product_id)]",
        help="Empty: the lots that were delivered.",
    )

    def action_receive(self):
        """Receive; a rest becomes a return of its own."""
        self.ensure_one()
        self.rma_id.check_access("write")
        self.rma_id._logistics_receive(self.quantity, self.lot_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
