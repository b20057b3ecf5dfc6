# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    logistics_report_order_id = fields.Many2one(
        "sale.order",
        string="Reported about",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The order from whose tracking page this ticket was opened.",
    )
    logistics_report_key = fields.Char(readonly=True, copy=False)
