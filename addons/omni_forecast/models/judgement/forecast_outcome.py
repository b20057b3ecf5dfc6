# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import SQL

STAGES = ("naive", "statistical", "adjusted", "final")
# number of periods from the first one of the history to the first one forecast
OFFSETS = {
    "day": SQL("(vintage.start - history.start)"),
    "week": SQL("((vintage.start - history.start) / 7)"),
    "month": SQL(
        "((EXTRACT(year FROM vintage.start) - EXTRACT(year FROM history.start)) * 12"
        " + EXTRACT(month FROM vintage.start) - EXTRACT(month FROM history.start))::int"
    ),
}
# the forecasts that count, beside the demand read since
_VINTAGES = """
WITH vintage AS (
    SELECT DISTINCT ON (series_id, start) *
      FROM forecast_vintage
     WHERE plan_id = %(plan)s AND NOT scored
     ORDER BY series_id, start, run_id DESC NULLS LAST, id DESC
),
known AS (
    SELECT vintage.*, history.y, %(offset)s AS first,
           LEAST(GREATEST(vintage.lead_periods, 1),
                 jsonb_array_length(vintage.final)) AS lead_lag
      FROM vintage
      JOIN forecast_series series ON series.id = vintage.series_id
     CROSS JOIN LATERAL (SELECT (series.history->>'start')::date AS start,
                                series.history->'y' AS y) history
     WHERE history.start <= vintage.start
)
"""
_OUTCOMES = (
    _VINTAGES
    + """
INSERT INTO forecast_outcome
       (series_id, plan_id, company_id, product_id, categ_id, warehouse_id, run_id,
        author_id, abc, demand_class, date, lag, is_lead, actual, naive, statistical,
        adjusted, final, error, abs_error, in80, in95, scale, scale_square)
SELECT known.series_id, known.plan_id, known.company_id, known.product_id,
       template.categ_id, known.warehouse_id, known.run_id,
       (SELECT id FROM res_users WHERE id = (known.authors->>(lag - 1))::int),
       known.abc, known.demand_class,
       (known.start + (lag - 1) * %(step)s::interval)::date, lag, lag = known.lead_lag,
       actual, (known.naive->>(lag - 1))::float8,
       (known.statistical->>(lag - 1))::float8, (known.adjusted->>(lag - 1))::float8,
       came.final, came.final - actual, abs(came.final - actual),
       actual BETWEEN (known.lo80->>(lag - 1))::float8 AND (known.hi80->>(lag - 1))::float8,
       actual BETWEEN (known.lo95->>(lag - 1))::float8 AND (known.hi95->>(lag - 1))::float8,
       known.scale, known.scale_square
  FROM known
  JOIN product_product product ON product.id = known.product_id
  JOIN product_template template ON template.id = product.product_tmpl_id
 CROSS JOIN LATERAL (SELECT 1 AS lag UNION SELECT known.lead_lag) lags
 CROSS JOIN LATERAL (SELECT (known.y->>(known.first + lag - 1))::float8 AS actual,
                            (known.final->>(lag - 1))::float8 AS final) came
 WHERE came.actual IS NOT NULL AND came.final IS NOT NULL
    ON CONFLICT (series_id, date, lag) DO NOTHING
"""
)
_LEAD_TOTALS = (
    _VINTAGES
    + """
UPDATE forecast_vintage target
   SET lead_actual = total.actual,
       lead_met = total.actual <= target.lead_quantile + 1e-6,
       lead_met_textbook = total.actual <= target.lead_textbook + 1e-6,
       scored = true
  FROM known
 CROSS JOIN LATERAL (
    SELECT SUM(value::float8) AS actual, COUNT(*) AS periods
      FROM jsonb_array_elements_text(known.y) WITH ORDINALITY AS item (value, number)
     WHERE number > known.first AND number <= known.first + known.lead_periods
 ) total
 WHERE target.id = known.id
   AND total.periods = GREATEST(known.lead_periods, 1)
   AND jsonb_array_length(known.y) > known.first
"""
)


class ForecastOutcome(models.Model):
    _name = "forecast.outcome"
    _description = "Forecast against Actual"
    _order = "date desc, series_id, lag"
    _rec_name = "date"
    _log_access = False

    # Written by SQL only; no stored computed field may be added here.
    series_id = fields.Many2one(
        "forecast.series", string="Forecast", required=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    categ_id = fields.Many2one("product.category", string="Category")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    run_id = fields.Many2one(
        "forecast.run",
        string="Forecast by",
        index="btree_not_null",
        ondelete="set null",
    )
    author_id = fields.Many2one(
        "res.users", help="Who changed this period's forecast by hand."
    )
    abc = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], string="ABC")
    demand_class = fields.Char()
    date = fields.Date(string="Period", required=True, help="First day of the period.")
    lag = fields.Integer(
        required=True,
        aggregator=None,
        help="Periods between forecast and demand: 1 is the period that ran when the "
        "forecast was made.",
    )
    is_lead = fields.Boolean(
        string="At Lead Time",
        help="The lag is the lead time: the last forecast that could still change what "
        "was ordered.",
    )
    actual = fields.Float(digits="Product Unit")
    naive = fields.Float(digits="Product Unit")
    statistical = fields.Float(digits="Product Unit")
    adjusted = fields.Float(string="Override", digits="Product Unit")
    final = fields.Float(string="Consensus", digits="Product Unit")
    error = fields.Float(
        string="Error (forecast − actual)",
        digits="Product Unit",
        help="Of the final forecast: positive means too high.",
    )
    abs_error = fields.Float(string="Absolute Error", digits="Product Unit")
    in80 = fields.Boolean(string="In 80 %")
    in95 = fields.Boolean(string="In 95 %")
    scale = fields.Float(aggregator=None)
    scale_square = fields.Float(aggregator=None)

    _series_date_lag_uniq = models.UniqueIndex(
        "(series_id, date, lag)", "A forecast is scored once for a period and a lag."
    )

    @api.private
    def _score(self, plan):
        """Score the plan's earlier forecasts of periods that are over.

        One statement for all series. Demand is what the newest run read. Of several runs
        in one period, the last one counts. A period scored once is not scored again, so
        that a second call, also after a kill, adds nothing.

        :returns: number of outcomes added
        """
        self.env.flush_all()
        values = {
            "plan": plan.id,
            "offset": OFFSETS[plan.grain],
            "step": f"1 {plan.grain}",
        }
        self.env.cr.execute(SQL(_OUTCOMES, **values))
        added = self.env.cr.rowcount
        self.env.cr.execute(SQL(_LEAD_TOTALS, **values))
        self.invalidate_model(flush=False)
        self.env["forecast.vintage"].invalidate_model(flush=False)
        return added

    @api.model
    def _cron_clean(self, months=60):
        """Job: forget outcomes after `months`."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM forecast_outcome"
                " WHERE date < CURRENT_DATE - make_interval(months => %s)",
                months,
            )
        )
        self.invalidate_model(flush=False)
