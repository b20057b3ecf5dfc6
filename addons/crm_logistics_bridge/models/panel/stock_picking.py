# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_resend_order_id = fields.Many2one(
        "sale.order",
        string="Resent for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Sent again, free of charge, for this order: lost or damaged goods.",
    )
