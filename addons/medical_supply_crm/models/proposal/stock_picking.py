# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    medical_cold_chain = fields.Boolean(
        string="Cold Chain", compute="_compute_medical_handling"
    )
    medical_controlled = fields.Boolean(
        string="Controlled Substance", compute="_compute_medical_handling"
    )

    @api.depends("move_ids.product_id")
    def _compute_medical_handling(self):
        for picking in self:
            products = picking.move_ids.product_id
            picking.medical_cold_chain = products._any_flag("medical_cold_chain")
            picking.medical_controlled = products._any_flag("medical_controlled")

    def action_cancel(self):
        result = super().action_cancel()
        # sudo: whoever may cancel the transfer need not be of the medical desk
        for proposal in self.sudo().medical_proposal_id:
            if all(row.state == "cancel" for row in proposal.transfer_ids):
                proposal._on_order_cancelled()
        return result
