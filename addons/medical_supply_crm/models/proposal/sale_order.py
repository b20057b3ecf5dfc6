# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    medical_proposal_id = fields.Many2one(
        "medical.proposal",
        string="Replenishment Proposal",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    medical_use = fields.Boolean(
        string="Consignment Use",
        readonly=True,
        copy=False,
        help="Made from the recorded use of consignment stock.",
    )

    def _action_cancel(self):
        result = super()._action_cancel()
        # sudo: whoever may cancel the order need not be of the medical desk
        self.sudo().medical_proposal_id.filtered(
            lambda proposal: proposal.sale_order_id in self
        )._on_order_cancelled()
        return result
