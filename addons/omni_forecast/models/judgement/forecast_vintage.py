# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import SQL

ARRAYS = ("naive", "statistical", "adjusted", "final", "lo80", "hi80", "lo95", "hi95")
FIXED = (
    "plan_id",
    "company_id",
    "product_id",
    "warehouse_id",
    "abc",
    "demand_class",
    "lead_periods",
    "service_level",
    "lead_quantile",
    "lead_textbook",
    "scale",
    "scale_square",
)


class ForecastVintage(models.Model):
    _name = "forecast.vintage"
    _description = "Earlier Forecast"
    _order = "start desc, run_id desc, id"
    _rec_name = "start"
    # as in forecast.line: the run says who and when
    _log_access = False

    # Written by SQL only; no stored computed field may be added here.
    series_id = fields.Many2one("forecast.series", required=True, ondelete="cascade")
    plan_id = fields.Many2one("forecast.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    run_id = fields.Many2one("forecast.run", ondelete="set null")
    made_at = fields.Datetime(string="Made", required=True)
    start = fields.Date(
        string="First Period",
        required=True,
        help="First day of the first period forecast: the one that ran then.",
    )
    abc = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], string="ABC")
    demand_class = fields.Char()
    naive = fields.Json(help="Seasonal naive forecast by period.")
    statistical = fields.Json(help="What the engine said, by period.")
    adjusted = fields.Json(
        string="Override",
        help="With events, expert opinions and overrides of single people, by period.",
    )
    final = fields.Json(
        help="What was acted on, by period: with panels, sales figures and reconciliation."
    )
    lo80 = fields.Json(string="Low 80 %")
    hi80 = fields.Json(string="High 80 %")
    lo95 = fields.Json(string="Low 95 %")
    hi95 = fields.Json(string="High 95 %")
    authors = fields.Json(help="User who changed the period's forecast, by period.")
    lead_periods = fields.Integer(string="Lead Time (periods)", aggregator=None)
    service_level = fields.Float(digits=(6, 4), aggregator="avg")
    lead_quantile = fields.Float(
        string="Lead Time Demand, Quantile", digits="Product Unit"
    )
    lead_textbook = fields.Float(
        string="Lead Time Demand, Textbook", digits="Product Unit"
    )
    scale = fields.Float(aggregator=None)
    scale_square = fields.Float(aggregator=None)
    lead_actual = fields.Float(
        string="Lead Time Demand, Actual",
        digits="Product Unit",
        help="Empty until the lead time has passed.",
    )
    lead_met = fields.Boolean(
        string="Covered", help="The demand of the lead time stayed within the quantile."
    )
    lead_met_textbook = fields.Boolean(string="Covered by the Textbook")
    scored = fields.Boolean(help="Every period that counts has its outcome.")

    _series_run_uniq = models.UniqueIndex(
        "(series_id, start, run_id)", "A run makes one forecast per series."
    )
    _open = models.Index("(plan_id, start) WHERE NOT scored")
    _by_run = models.Index("(run_id)")

    @api.private
    def _keep(self, run):
        """Keep the forecasts of a run, by one statement; again changes nothing.

        What equals the newest forecast kept is not kept again.
        """
        self._store(SQL("series.run_id = %s", run.id), run)

    @api.private
    def _refresh(self, series):
        """After a change by hand: the newest forecast kept is the one that counts.

        Only while its first period still runs: later, it is history.

        :param series: forecast.series
        """
        for plan, own in series.grouped("plan_id").items():
            today = fields.Date.context_today(self)
            self._store(
                SQL(
                    "series.id = ANY(%s) AND line.start >= %s",
                    own.ids,
                    plan._period_start(today),
                ),
                plan.env["forecast.run"],
            )

    def _store(self, condition, run):
        """Insert or update the vintages of the series under a condition on `series` and
        `line`."""
        self.env.flush_all()
        lines = SQL(", ").join(
            SQL(
                "jsonb_agg(%s::float8 ORDER BY line.date) AS %s",
                SQL("line.mean") if name == "final" else SQL.identifier("line", name),
                SQL.identifier(name),
            )
            for name in ("final", "lo80", "hi80", "lo95", "hi95")
        )
        names = ["series_id", "run_id", "made_at", "start", "authors", *FIXED, *ARRAYS]
        changed = [
            name for name in names if name not in ("series_id", "run_id", "start")
        ]
        self.env.cr.execute(
            SQL(
                """
INSERT INTO forecast_vintage (%(names)s, scored)
SELECT series.id, series.run_id, COALESCE(run.started_at, now() AT TIME ZONE 'UTC'),
       line.start, line.authors, %(fixed)s,
       COALESCE(series.model_means->'snaive', series.model_means->'naive'),
       line.statistical, line.adjusted, line.final,
       line.lo80, line.hi80, line.lo95, line.hi95, false
  FROM forecast_series series
  LEFT JOIN forecast_run run ON run.id = series.run_id
  JOIN (
    SELECT line.series_id, MIN(line.date) AS start, %(lines)s,
           jsonb_agg(COALESCE(line.baseline, line.mean)::float8 ORDER BY line.date)
               AS statistical,
           jsonb_agg(
               CASE WHEN touch.series_id IS NULL
                    THEN COALESCE(line.baseline, line.mean)
                    ELSE GREATEST(COALESCE(touch.target,
                         COALESCE(line.baseline, line.mean) + touch.effect), 0)
                END::float8 ORDER BY line.date) AS adjusted,
           CASE WHEN COUNT(touch.author_id) > 0
                THEN jsonb_agg(touch.author_id ORDER BY line.date) END AS authors
      FROM forecast_line line
      JOIN forecast_series series ON series.id = line.series_id
      LEFT JOIN (
        SELECT series_id, date,
               MAX(target) FILTER (WHERE kind = 'override' AND basis = 'target')
                   AS target,
               COALESCE(SUM(effect) FILTER (
                   WHERE kind IN ('event', 'expert', 'override')), 0) AS effect,
               (array_agg(author_id ORDER BY kind = 'override' DESC,
                          kind = 'expert' DESC, id DESC)
                   FILTER (WHERE author_id IS NOT NULL
                             AND kind IN ('override', 'expert', 'sales')))[1]
                   AS author_id
          FROM forecast_adjustment
         WHERE state != 'withdrawn' AND series_id IS NOT NULL
         GROUP BY series_id, date
      ) touch ON touch.series_id = line.series_id AND touch.date = line.date
     WHERE series.active AND %(scope)s
     GROUP BY line.series_id
  ) line ON line.series_id = series.id
  LEFT JOIN LATERAL (
    SELECT * FROM forecast_vintage old
     WHERE old.series_id = series.id AND old.start = line.start
     ORDER BY old.run_id DESC NULLS LAST, old.id DESC LIMIT 1
  ) newest ON true
 WHERE series.active AND %(condition)s
   AND (newest.id IS NULL
        OR (newest.final, newest.statistical, newest.adjusted, newest.lead_quantile)
           IS DISTINCT FROM
           (line.final, line.statistical, line.adjusted, series.lead_quantile))
    ON CONFLICT (series_id, start, run_id) DO UPDATE SET %(update)s
""",
                names=SQL(", ").join(map(SQL.identifier, names)),
                fixed=SQL(", ").join(SQL.identifier("series", name) for name in FIXED),
                lines=lines,
                scope=SQL("series.run_id = %s", run.id) if run else SQL("true"),
                condition=condition,
                update=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in changed
                ),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _cron_clean(self, months=24, superseded_days=60):
        """Job: forget earlier forecasts after `months`, and those that a later run of the
        same period replaced after `superseded_days`. Outcomes stay."""
        self.env.cr.execute(
            SQL(
                """
DELETE FROM forecast_vintage old
 WHERE old.made_at < now() AT TIME ZONE 'UTC' - make_interval(months => %(months)s)
    OR (old.made_at < now() AT TIME ZONE 'UTC' - make_interval(days => %(days)s)
        AND EXISTS (SELECT FROM forecast_vintage later
                     WHERE later.series_id = old.series_id
                       AND later.start = old.start AND later.run_id > old.run_id))
""",
                months=months,
                days=superseded_days,
            )
        )
        self.invalidate_model(flush=False)
