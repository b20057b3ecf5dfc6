# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    forecast_made = fields.Boolean(
        string="Made by Demand Forecast",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Further recommendations for the same vendor and warehouse are added to it "
        "as long as it is a draft.",
    )
