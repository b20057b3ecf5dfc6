# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    forecast_daily_capacity = fields.Float(
        string="Daily Delivery Capacity",
        digits="Product Unit",
        help="Units that the warehouse can send to customers on a day, over all products. "
        "0: no limit. Promise checks use it.",
    )

    _forecast_daily_capacity_positive = models.Constraint(
        "CHECK (forecast_daily_capacity >= 0)",
        "The daily delivery capacity of a warehouse cannot be negative.",
    )
