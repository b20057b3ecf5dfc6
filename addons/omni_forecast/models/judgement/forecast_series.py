# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastSeries(models.Model):
    """What the backtest says about the promises."""

    _inherit = "forecast.series"

    # Written in bulk by `forecast.run`, like the fields of the other file.
    check_level = fields.Float(
        string="Demand Checked",
        digits="Product Unit",
        aggregator=None,
        help="Mean demand of the periods that the backtest judged.",
    )
    scale = fields.Float(
        aggregator=None,
        help="Mean absolute step of the seasonal naive forecast in the history: the "
        "denominator of MASE.",
    )
    scale_square = fields.Float(
        aggregator=None,
        help="Mean squared step of the naive forecast in the history: RMSSE's denominator.",
    )
    lead_checks = fields.Integer(
        string="Lead Times Checked",
        help="Lead times of the backtest whose total demand is known.",
    )
    lead_met = fields.Integer(
        string="Lead Times Covered",
        help="How many of them the quantile would have covered.",
    )
    lead_met_textbook = fields.Integer(
        string="Covered by the Textbook",
        help="How many of them the usual formula, forecast + z·σ·√L, would have covered.",
    )
    lead_textbook = fields.Float(
        string="Lead Time Demand, Textbook",
        digits="Product Unit",
        help="What the usual formula, forecast + z·σ·√L, would say.",
    )
    vintage_ids = fields.One2many(
        "forecast.vintage", "series_id", string="Earlier Forecasts"
    )
    outcome_ids = fields.One2many("forecast.outcome", "series_id", string="Outcomes")

    def action_open_outcomes(self):
        """Earlier forecasts of these series beside what came."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_outcome"
        )
        action["domain"] = [("series_id", "in", self.ids)]
        return action
