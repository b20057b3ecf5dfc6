# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    forecast_service_level = fields.Float(
        related="company_id.forecast_service_level", readonly=False
    )
    forecast_lead_days = fields.Integer(
        related="company_id.forecast_lead_days", readonly=False
    )
    forecast_review_days = fields.Integer(
        related="company_id.forecast_review_days", readonly=False
    )
    forecast_cluster = fields.Char(
        string="Cluster",
        config_parameter="omni_forecast.cluster",
        help="Where the engine works: empty for this machine, dask://host:8786, "
        "spark://host:7077 or ray://host:10001.",
    )
    forecast_part_size = fields.Integer(
        string="Forecasts per Part",
        config_parameter="omni_forecast.part_size",
        default=2500,
        help="A run is done in parts of about this many forecasts; each is kept when it is "
        "done, and several workers share them where jobs are queued.",
    )
