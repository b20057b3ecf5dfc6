# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from ...tools.labels import MODELS


class ForecastScore(models.Model):
    _name = "forecast.score"
    _description = "Forecast Score of a Model"
    _order = "series_id, chosen desc, rmsse, id"
    _rec_name = "model"
    # as in forecast.line
    _log_access = False

    # Written in bulk by `forecast.run`; no stored computed field may be added here.
    series_id = fields.Many2one(
        "forecast.series", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    model = fields.Selection(MODELS, required=True)
    chosen = fields.Boolean(help="The forecast shown and acted on is this model's.")
    mase = fields.Float(
        string="MASE",
        digits=(16, 3),
        aggregator="avg",
        help="Mean absolute error divided by that of the seasonal naive forecast "
        "inside the history. Under 1 beats the naive forecast.",
    )
    rmsse = fields.Float(
        string="RMSSE",
        digits=(16, 3),
        aggregator="avg",
        help="Root mean squared error, scaled like MASE. The measure for intermittent "
        "demand, where MASE and WAPE reward a forecast of nothing.",
    )
    wape = fields.Float(
        string="WAPE",
        digits=(16, 4),
        aggregator="avg",
        help="Sum of absolute errors divided by the sum of demand.",
    )
    smape = fields.Float(
        string="sMAPE",
        digits=(16, 2),
        aggregator="avg",
        help="Mean of 200·|forecast − actual| / (|forecast| + |actual|).",
    )
    bias = fields.Float(
        digits=(16, 2),
        aggregator="avg",
        help="Mean of forecast − actual: positive means forecast too high.",
    )
    pinball = fields.Float(digits=(16, 3), aggregator="avg")
    coverage80 = fields.Float(
        string="In 80 %",
        digits=(16, 3),
        aggregator="avg",
        help="Share of actuals inside the 80 % band.",
    )
    coverage95 = fields.Float(
        string="In 95 %",
        digits=(16, 3),
        aggregator="avg",
        help="Share of actuals inside the 95 % band.",
    )
    n = fields.Integer(
        string="Checks", help="Number of backtested periods that the score rests on."
    )
