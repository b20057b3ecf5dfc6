# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    forecast_recommendation_ids = fields.One2many(
        "forecast.recommendation",
        "purchase_line_id",
        string="Forecast Recommendations",
        groups="omni_forecast.group_forecast_reader",
    )
