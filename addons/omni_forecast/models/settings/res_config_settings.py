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
