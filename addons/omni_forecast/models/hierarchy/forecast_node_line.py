# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from .forecast_node import LEVELS


class ForecastNodeLine(models.Model):
    _name = "forecast.node.line"
    _description = "Aggregated Forecast Line"
    _order = "node_id, date"
    _rec_name = "date"
    # as in forecast.line
    _log_access = False

    # Written in bulk by `forecast.run`; no stored computed field may be added here.
    node_id = fields.Many2one(
        "forecast.node",
        string="Aggregate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    plan_id = fields.Many2one("forecast.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(LEVELS, required=True, index=True)
    date = fields.Date(string="Period", required=True, help="First day of the period.")
    mean = fields.Float(
        string="Forecast",
        digits="Product Unit",
        help="Sum of the forecasts of the parts.",
    )
    value = fields.Monetary(
        help="Forecast of the parts at cost (at sales price where there is no cost)."
    )
    base = fields.Float(
        string="Direct Forecast",
        digits="Product Unit",
        help="Forecast of the total itself, before reconciliation.",
    )
    has_base = fields.Boolean(string="Has Direct Forecast")
    lo80 = fields.Float(string="Low 80 %", digits="Product Unit", aggregator=None)
    hi80 = fields.Float(string="High 80 %", digits="Product Unit", aggregator=None)
    lo95 = fields.Float(string="Low 95 %", digits="Product Unit", aggregator=None)
    hi95 = fields.Float(string="High 95 %", digits="Product Unit", aggregator=None)

    _node_date_uniq = models.UniqueIndex(
        "(node_id, date)", "An aggregate has one line per period."
    )
