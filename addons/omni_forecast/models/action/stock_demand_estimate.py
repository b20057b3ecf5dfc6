# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class StockDemandEstimate(models.Model):
    _inherit = "stock.demand.estimate"

    forecast_series_id = fields.Many2one(
        "forecast.series",
        string="Demand Forecast",
        ondelete="cascade",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="omni_forecast.group_forecast_reader",
    )
    forecast_plan_id = fields.Many2one(
        "forecast.plan",
        ondelete="cascade",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The plan whose final forecast this row is; it is updated by each run.",
        groups="omni_forecast.group_forecast_reader",
    )

    _one_per_forecast = models.UniqueIndex(
        "(forecast_series_id, manual_date_from) WHERE forecast_series_id IS NOT NULL",
        "A forecast is published once for a period.",
    )
