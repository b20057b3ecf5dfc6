# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastLine(models.Model):
    _name = "forecast.line"
    _description = "Forecast Line"
    _order = "series_id, date"
    _rec_name = "date"
    # the run says who and when; two foreign keys less to check on each of many rows
    _log_access = False

    # Written in bulk by `forecast.run`; no stored computed field may be added here.
    series_id = fields.Many2one(
        "forecast.series", required=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one("forecast.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    date = fields.Date(string="Period", required=True, help="First day of the period.")
    mean = fields.Float(string="Forecast", digits="Product Unit")
    lo80 = fields.Float(string="Low 80 %", digits="Product Unit", aggregator=None)
    hi80 = fields.Float(string="High 80 %", digits="Product Unit", aggregator=None)
    lo95 = fields.Float(string="Low 95 %", digits="Product Unit", aggregator=None)
    hi95 = fields.Float(string="High 95 %", digits="Product Unit", aggregator=None)

    _series_date_uniq = models.UniqueIndex(
        "(series_id, date)", "A series has one forecast line per period."
    )
