# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import formatLang

from ...tools.labels import MODELS
from ...tools.texts import problem_text, reason_text


class ForecastSeries(models.Model):
    _name = "forecast.series"
    _description = "Demand Forecast"
    _order = "exception_value desc, yearly_value desc, id"
    _rec_names_search = ["product_id", "warehouse_id"]

    # Written in bulk by `forecast.run`; no stored computed field may be added here.
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade"
    )
    categ_id = fields.Many2one(related="product_id.categ_id", string="Category")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, index=True, ondelete="cascade"
    )
    run_id = fields.Many2one(
        "forecast.run", string="Last Run", index="btree_not_null", ondelete="set null"
    )
    input_hash = fields.Char(
        help="The same hash again means the same demand and the same settings."
    )
    active = fields.Boolean(default=True)

    abc = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")],
        string="ABC",
        help="By value of the last year's demand: A the first 80 %, B the next 15 %.",
    )
    xyz = fields.Selection(
        [("X", "X"), ("Y", "Y"), ("Z", "Z")],
        string="XYZ",
        help="By variability of the demand (coefficient of variation by period): X under "
        "0.5, steady; Y under 1; Z from 1 on, or too little known.",
    )
    abc_xyz = fields.Selection(
        [(a + x, a + x) for a in "ABC" for x in "XYZ"],
        string="ABC × XYZ",
        help="Value and variability together: AX runs by itself, AZ needs a planner.",
    )
    cv = fields.Float(
        string="Variation",
        digits=(16, 2),
        aggregator="avg",
        help="Standard deviation of the demand by period over its mean.",
    )
    demand_class = fields.Selection(
        [
            ("smooth", "Smooth"),
            ("intermittent", "Intermittent"),
            ("erratic", "Erratic"),
            ("lumpy", "Lumpy"),
            ("new", "New"),
            ("ending", "Ending"),
            ("empty", "No Demand"),
        ],
        help="Syntetos–Boylan–Croston: smooth ADI < 1.32 and CV² < 0.49; intermittent "
        "ADI ≥ 1.32; erratic CV² ≥ 0.49; lumpy both.",
    )
    adi = fields.Float(
        string="ADI",
        digits=(16, 2),
        aggregator="avg",
        help="Average interval between periods with demand.",
    )
    cv2 = fields.Float(
        string="CV²",
        digits=(16, 2),
        aggregator="avg",
        help="Squared coefficient of variation of the sizes of demand.",
    )
    season_strength = fields.Float(
        digits=(16, 2),
        aggregator="avg",
        help="0 no season, 1 nothing but season.",
    )
    model = fields.Selection(MODELS, help="The model that the forecast comes from.")
    reason = fields.Char(help="As the engine states it.")
    reason_text = fields.Char(string="Why This Model", compute="_compute_reason_text")
    mase = fields.Float(
        string="MASE",
        digits=(16, 3),
        aggregator="avg",
        help="Under 1: better than the seasonal naive forecast.",
    )
    rmsse = fields.Float(string="RMSSE", digits=(16, 3), aggregator="avg")
    wape = fields.Float(
        string="WAPE",
        digits=(16, 4),
        aggregator="avg",
        help="Sum of absolute errors divided by the sum of demand.",
    )
    smape = fields.Float(string="sMAPE", digits=(16, 2), aggregator="avg")
    bias = fields.Float(
        string="Bias (forecast − actual)",
        digits=(16, 2),
        aggregator="avg",
        help="Mean of forecast − actual in the backtest: positive means forecast too "
        "high.",
    )
    coverage80 = fields.Float(string="In 80 %", digits=(16, 3), aggregator="avg")
    coverage95 = fields.Float(string="In 95 %", digits=(16, 3), aggregator="avg")
    check_count = fields.Integer(
        string="Checks",
        aggregator=None,
        help="Number of backtested periods that the scores rest on.",
    )
    tracking_signal = fields.Float(
        digits=(16, 2),
        aggregator=None,
        help="Sum of forecast − actual over the mean absolute error. An alarm needs ±4, and "
        "a sum that chance does not explain.",
    )
    next_mean = fields.Float(
        string="Next Period",
        digits="Product Unit",
        help="Forecast of the period that runs now.",
    )
    yearly_demand = fields.Float(string="Demand of a Year", digits="Product Unit")
    yearly_value = fields.Monetary(
        string="Value of a Year",
        help="Demand of the last year at cost (at sales price where there is no cost).",
    )
    lead_days = fields.Float(
        string="Lead Time (days)",
        aggregator="avg",
        help="Vendor's lead time plus the company's days to purchase.",
    )
    lead_periods = fields.Integer(
        string="Lead Time (periods)",
        aggregator=None,
        help="Whole periods that cover lead time and review period.",
    )
    service_level = fields.Float(digits=(6, 4), aggregator="avg")
    lead_mean = fields.Float(
        string="Lead Time Demand",
        digits="Product Unit",
        help="Mean forecast of the total of those periods.",
    )
    lead_quantile = fields.Float(
        string="Lead Time Demand, Quantile",
        digits="Product Unit",
        help="The total stays below this with the probability of the service level.",
    )
    exception = fields.Selection(
        [
            ("none", "None"),
            ("problem", "Problem"),
            ("bias", "Bias Alarm"),
            ("naive", "Worse than Naive"),
        ],
        default="none",
        help="Why a planner should look at it first.",
    )
    exception_value = fields.Monetary(
        string="Value of Exceptions",
        help="Value of a year where there is an exception.",
    )
    problem = fields.Text(help="As the engine states it.")
    problem_notes = fields.Json(help="Code, figures and message of each problem.")
    problem_text = fields.Text(string="Problems", compute="_compute_problem_text")
    recent_bias = fields.Float(
        string="Recent Bias (forecast − actual)",
        digits="Product Unit",
        aggregator=None,
        help="Mean of forecast − actual over the newest periods checked, each against the "
        "last forecast made before it.",
    )
    checked_periods = fields.Integer(
        aggregator=None, help="Periods that the tracking signal rests on."
    )
    exception_text = fields.Text(
        string="Why Look at It", compute="_compute_exception_text"
    )
    history = fields.Json(help="Demand by period: first day and quantities.")
    model_means = fields.Json(help="Forecast of each model by period.")

    line_ids = fields.One2many("forecast.line", "series_id", string="Forecast Lines")
    score_ids = fields.One2many("forecast.score", "series_id", string="Scores")
    recommendation_ids = fields.One2many(
        "forecast.recommendation", "series_id", string="Recommendations"
    )
    orderpoint_count = fields.Integer(compute="_compute_orderpoint_count")

    _plan_product_warehouse_uniq = models.UniqueIndex(
        "(plan_id, product_id, warehouse_id)",
        "A plan has one forecast per product and warehouse.",
    )

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for series in self:
            series.display_name = (
                f"{series.product_id.display_name} – {series.warehouse_id.code}"
            )

    def _mark_failed(self, reason):
        """The newest run could not forecast these series: keep them, say why."""
        self.write(
            {
                "exception": "problem",
                "problem": reason,
                "problem_notes": [["not_computed", {"reason": reason}, reason]],
            }
        )
        for one in self:
            one.exception_value = one.yearly_value

    @api.depends("reason", "model")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for series in self:
            series.reason_text = reason_text(self.env, series.model, series.reason)

    @api.depends("problem", "problem_notes")
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for series in self:
            series.problem_text = "\n".join(
                problem_text(self.env, *note) for note in series.problem_notes or []
            )

    @api.depends("exception", "recent_bias", "checked_periods", "tracking_signal")
    @api.depends_context("lang")
    def _compute_exception_text(self):
        for series in self:
            series.exception_text = series._exception_text()

    def _exception_text(self):
        """Why a planner should look at this forecast, with the figures it rests on."""
        self.ensure_one()
        if self.exception == "problem":
            return self.problem_text
        if self.exception == "naive":
            return self.env._(
                "The backtest finds this forecast worse than the seasonal naive one "
                "(RMSSE %(mine).2f).",
                mine=self.rmsse,
            )
        if self.exception != "bias" or not self.checked_periods:
            return False
        values = {
            "count": self.checked_periods,
            "size": formatLang(self.env, abs(self.recent_bias), digits=1),
            "unit": self.uom_id.name,
            "signal": self.tracking_signal,
        }
        if self.recent_bias > 0:
            return self.env._(
                "Forecast too high by %(size)s %(unit)s a period on average, over the last "
                "%(count)s periods checked: more than chance (tracking signal "
                "%(signal)+.1f).",
                **values,
            )
        return self.env._(
            "Forecast too low by %(size)s %(unit)s a period on average, over the last "
            "%(count)s periods checked: more than chance (tracking signal %(signal)+.1f).",
            **values,
        )

    def _compute_orderpoint_count(self):
        counts = {
            (product, warehouse): count
            for product, warehouse, count in self.env[
                "stock.warehouse.orderpoint"
            ]._read_group(
                [
                    ("product_id", "in", self.product_id.ids),
                    ("warehouse_id", "in", self.warehouse_id.ids),
                ],
                ["product_id", "warehouse_id"],
                ["__count"],
            )
        }
        for series in self:
            series.orderpoint_count = counts.get(
                (series.product_id, series.warehouse_id), 0
            )

    def get_chart_data(self):
        """What the chart shows.

        :returns: dict with grain, unit, labels (first days of periods), history (one
            value per period, None ahead), mean, lo80, hi80, lo95, hi95 (None in the
            past), models (name -> list like mean) and chosen
        """
        self.ensure_one()
        self.check_access("read")
        past = self.history or {}
        values = past.get("y", [])
        lines = self.line_ids.sorted("date")
        days = self.plan_id._period_days(past.get("start"), len(values))
        ahead = [fields.Date.to_string(day) for day in lines.mapped("date")]
        gap = [None] * len(values)
        return {
            "grain": self.plan_id.grain,
            "unit": self.uom_id.name,
            "labels": days + ahead,
            "history": values + [None] * len(ahead),
            "models": {
                name: gap + means for name, means in (self.model_means or {}).items()
            },
            "labels_of_models": dict(
                self._fields["model"]._description_selection(self.env)
            ),
            "chosen": self.model,
            **{
                band: gap + lines.mapped(band)
                for band in ("mean", "lo80", "hi80", "lo95", "hi95")
            },
        }

    def action_open_orderpoints(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_orderpoint"
        )
        action["domain"] = [
            ("product_id", "=", self.product_id.id),
            ("warehouse_id", "=", self.warehouse_id.id),
        ]
        action["context"] = {
            "default_product_id": self.product_id.id,
            "default_warehouse_id": self.warehouse_id.id,
        }
        return action

    def action_open_product(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "views": [(False, "form")],
        }
