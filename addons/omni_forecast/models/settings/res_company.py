# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    forecast_service_level = fields.Float(
        digits=(6, 4),
        default=0.95,
        help="Share of order cycles without a stock-out that new plans aim at. 95 % is "
        "the usual start; each plan may differ, also by ABC class.",
    )
    forecast_lead_days = fields.Integer(
        string="Lead Time without Vendor",
        default=14,
        help="Days taken for products that have no vendor with a lead time, so that "
        "they still get a reorder point.",
    )
    forecast_review_days = fields.Integer(
        string="Review Period",
        default=7,
        help="Days between two looks at the stock of an article. Reorder points cover "
        "it on top of the lead time.",
    )

    _forecast_service_level_range = models.Constraint(
        "CHECK (forecast_service_level > 0.5 AND forecast_service_level < 1)",
        "The forecast service level must lie between 50 % and 100 % (exclusive).",
    )
