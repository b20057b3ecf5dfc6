# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    medical_proposal_id = fields.Many2one(
        "medical.proposal",
        string="Replenishment Proposal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Proposal of a consignment storeroom that this transfer fills.",
    )
