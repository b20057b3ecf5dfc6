# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    forecast_recommendation_id = fields.Many2one(
        "forecast.recommendation",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        groups="omni_forecast.group_forecast_reader",
    )
