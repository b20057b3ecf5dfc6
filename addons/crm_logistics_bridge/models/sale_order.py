# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    logistics_eta_date = fields.Datetime(
        string="Expected arrival", readonly=True, copy=False
    )
    logistics_promise_date = fields.Datetime(
        string="Promised arrival", readonly=True, copy=False
    )
