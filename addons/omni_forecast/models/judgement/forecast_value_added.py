# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

STAGES = [
    ("naive", "1. Naive"),
    ("statistical", "2. Statistical"),
    ("adjusted", "3. Override"),
    ("final", "4. Consensus"),
]
# measures that are not sums of rows but ratios of sums: (above, below)
RATIOS = {
    "wape": ("abs_error", "actual"),
    "bias": ("error", "actual"),
    "bias_units": ("error", "periods"),
    "mase": ("scaled", "scaled_periods"),
    "rmsse": ("scaled_square", "square_periods"),
}
COLUMNS = (
    "id",
    "basis",
    "stage",
    "series_id",
    "plan_id",
    "company_id",
    "product_id",
    "categ_id",
    "warehouse_id",
    "author_id",
    "abc",
    "demand_class",
    "date",
    "periods",
    "actual",
    "error",
    "abs_error",
    "scaled",
    "scaled_square",
    "scaled_periods",
    "square_periods",
)
GROUPS = ("abc", "demand_class", "categ_id", "author_id", "warehouse_id")
MEASURES = ("wape", "mase", "rmsse", "bias")


class ForecastValueAdded(models.Model):
    """Errors of each stage of the forecast, as rows: for pivot, graph and staircase.

    Rows of the basis "backtest" hold the sums over all periods that the backtest judged;
    rows of the others are one period each.
    """

    _name = "forecast.value.added"
    _description = "Forecast Value Added"
    _auto = False
    _order = "stage, id"
    _rec_name = "stage"

    basis = fields.Selection(
        [
            ("lead", "Measured, at Lead Time"),
            ("first", "Measured, Next Period"),
            ("backtest", "Backtest"),
        ],
        readonly=True,
        help="Measured: what earlier runs said against the demand that came. Backtest: "
        "what the engine would have said in the past.",
    )
    stage = fields.Selection(STAGES, readonly=True)
    series_id = fields.Many2one("forecast.series", string="Forecast", readonly=True)
    plan_id = fields.Many2one("forecast.plan", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Category", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    author_id = fields.Many2one("res.users", readonly=True)
    abc = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True
    )
    demand_class = fields.Selection(
        selection=lambda self: (
            self.env["forecast.series"]._fields["demand_class"].selection
        ),
        readonly=True,
    )
    date = fields.Date(string="Period", readonly=True)
    periods = fields.Integer(string="Periods Judged", readonly=True)
    actual = fields.Float(digits="Product Unit", readonly=True)
    error = fields.Float(
        string="Error (forecast − actual)", digits="Product Unit", readonly=True
    )
    abs_error = fields.Float(
        string="Absolute Error", digits="Product Unit", readonly=True
    )
    scaled = fields.Float(aggregator=None, readonly=True)
    scaled_square = fields.Float(aggregator=None, readonly=True)
    scaled_periods = fields.Integer(aggregator=None, readonly=True)
    square_periods = fields.Integer(aggregator=None, readonly=True)
    wape = fields.Float(
        string="WAPE",
        digits=(16, 4),
        aggregator="avg",
        readonly=True,
        help="Sum of absolute errors over the sum of demand: smaller is better.",
    )
    mase = fields.Float(
        string="MASE",
        digits=(16, 3),
        aggregator="avg",
        readonly=True,
        help="Mean absolute error over that of the seasonal naive forecast inside the "
        "history: under 1 is better than naive.",
    )
    rmsse = fields.Float(
        string="RMSSE",
        digits=(16, 3),
        aggregator="avg",
        readonly=True,
        help="Root mean squared error, scaled: the measure for intermittent demand.",
    )
    bias = fields.Float(
        string="Bias (forecast − actual, of demand)",
        digits=(16, 4),
        aggregator="avg",
        readonly=True,
        help="Sum of forecast − actual over the sum of demand: positive means too high.",
    )
    bias_units = fields.Float(
        string="Bias per Period (units)",
        digits="Product Unit",
        aggregator="avg",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
SELECT row.*, NULL::float8 AS wape, NULL::float8 AS bias, NULL::float8 AS bias_units,
       NULL::float8 AS mase, NULL::float8 AS rmsse
  FROM (
%(outcomes)s
UNION ALL
SELECT 1500000000 + 2 * score.id + stage.number, 'backtest', stage.name,
       series.id, series.plan_id, series.company_id, series.product_id,
       template.categ_id, series.warehouse_id, NULL::int, series.abc,
       series.demand_class, NULL::date, score.n, score.n * series.check_level,
       score.n * score.bias,
       score.n * COALESCE(score.wape * series.check_level, abs(score.bias)),
       score.n * score.mase, score.n * score.rmsse ^ 2,
       CASE WHEN score.mase IS NULL THEN 0 ELSE score.n END,
       CASE WHEN score.rmsse IS NULL THEN 0 ELSE score.n END
  FROM forecast_series series
  JOIN product_product product ON product.id = series.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN forecast_score naive ON naive.series_id = series.id AND naive.model = 'snaive'
  JOIN forecast_score chosen ON chosen.series_id = series.id AND chosen.chosen
 CROSS JOIN LATERAL (VALUES (0, 'naive', naive.id), (1, 'statistical', chosen.id))
       AS stage (number, name, score_id)
  JOIN forecast_score score ON score.id = stage.score_id
 WHERE series.active AND series.check_level IS NOT NULL AND score.n > 0
) AS row (%(columns)s)
""",
            columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
            outcomes=SQL(" UNION ALL ").join(
                self._stage_query(number, stage, basis, condition)
                for number, (stage, _label) in enumerate(STAGES)
                for basis, condition in (
                    ("first", SQL("lag = 1")),
                    ("lead", SQL("is_lead")),
                )
            ),
        )

    def _stage_query(self, number, stage, basis, condition):
        """Rows of one stage of the outcomes."""
        error = SQL("(%s - actual)", SQL.identifier(stage))
        return SQL(
            """
SELECT id * 8 + %(number)s, %(basis)s, %(stage)s, series_id, plan_id, company_id,
       product_id, categ_id, warehouse_id, author_id, abc, demand_class, date, 1, actual,
       %(error)s, abs(%(error)s),
       CASE WHEN scale > 0 THEN abs(%(error)s) / scale END,
       CASE WHEN scale_square > 0 THEN %(error)s ^ 2 / scale_square END,
       CASE WHEN scale > 0 THEN 1 ELSE 0 END,
       CASE WHEN scale_square > 0 THEN 1 ELSE 0 END
  FROM forecast_outcome
 WHERE %(condition)s AND %(column)s IS NOT NULL
""",
            number=2 * number + (basis == "lead"),
            basis=basis,
            stage=stage,
            column=SQL.identifier(stage),
            error=error,
            condition=condition,
        )

    def _read_group_select(self, aggregate_spec, query):
        name, _dot, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        above, below = (
            SQL("SUM(%s)", self._field_to_sql(self._table, column, query))
            for column in RATIOS[name]
        )
        ratio = SQL("%s / NULLIF(%s, 0)::float8", above, below)
        return SQL("SQRT(%s)", ratio) if name == "rmsse" else ratio

    @api.model
    @api.readonly
    def get_staircase(self, plan_id, basis, group=None):
        """Errors by stage, altogether and by group.

        :param plan_id: forecast.plan, or False for all plans one may see
        :param basis: "first", "lead" or "backtest"
        :param group: one of GROUPS, or None
        :returns: dict with stages [(name, label)], total {stage: measures}, groups
            [{"value", "label", "stages": {stage: measures}}] by demand, largest first, and
            counts {basis: periods judged}; measures are wape, mase, rmsse, bias,
            bias_units, periods, actual (None where nothing can be measured)
        """
        domain = [("plan_id", "=", plan_id)] if plan_id else []
        counts = dict(
            self._read_group(
                [*domain, ("stage", "=", "naive")], ["basis"], ["periods:sum"]
            )
        )
        domain.append(("basis", "=", basis))
        aggregates = [f"{name}:avg" for name in RATIOS] + ["periods:sum", "actual:sum"]
        names = [*RATIOS, "periods", "actual"]
        total = {
            stage: dict(zip(names, values, strict=True))
            for stage, *values in self._read_group(domain, ["stage"], aggregates)
        }
        groups = {}
        if group:
            if group not in GROUPS:
                raise UserError(
                    self.env._(
                        "%(group)s is no group of the staircase; there are %(groups)s.",
                        group=group,
                        groups=", ".join(GROUPS),
                    )
                )
            labels = dict(
                self._fields[group]._description_selection(self.env)
                if self._fields[group].type == "selection"
                else []
            )
            for value, stage, *values in self._read_group(
                domain, [group, "stage"], aggregates
            ):
                record = isinstance(value, models.BaseModel)
                key = value.id if record else value
                one = groups.setdefault(
                    key,
                    {
                        "value": key or False,
                        "label": (value.display_name if record else labels.get(value))
                        or self.env._("None"),
                        "stages": {},
                    },
                )
                one["stages"][stage] = dict(zip(names, values, strict=True))
        return {
            "stages": self._fields["stage"]._description_selection(self.env),
            "total": total,
            "groups": sorted(
                groups.values(),
                key=lambda one: (
                    -max(stage["actual"] or 0 for stage in one["stages"].values())
                ),
            ),
            "counts": counts,
        }
