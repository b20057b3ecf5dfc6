# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import SQL


class ForecastPlan(models.Model):
    _inherit = "forecast.plan"

    outcome_count = fields.Integer(
        string="Periods Judged", compute="_compute_outcome_count"
    )

    def _compute_outcome_count(self):
        counts = dict(
            self.env["forecast.outcome"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.outcome_count = counts.get(plan, 0)

    def action_open_judgement(self):
        """The staircase of this plan."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "omni_forecast.action_forecast_judgement"
        )
        action["params"] = {"plan_id": self.id}
        return action

    @api.readonly
    def get_measured(self):
        """What the plan promises beside what was measured, by ABC class.

        :returns: list of dict, one per basis ("backtest", "outcome"), class (False: all
            together, then A, B, C) with basis, abc, and for each of band80, band95, lead a
            dict promised, measured, textbook (lead only), checks; None where nothing was
            judged. Shares from 0 to 1.
        """
        self.ensure_one()
        self.check_access("read")
        self.env["forecast.series"].check_access("read")
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL(_MEASURED, plan=self.id))
        return [
            {
                "basis": row["basis"],
                "abc": row["abc"] or False,
                "band80": {
                    "promised": 0.8,
                    "measured": row["in80"],
                    "checks": row["checks"] or 0,
                },
                "band95": {
                    "promised": 0.95,
                    "measured": row["in95"],
                    "checks": row["checks"] or 0,
                },
                "lead": {
                    "promised": row["promised"],
                    "measured": row["met"],
                    "textbook": row["textbook"],
                    "checks": row["lead_checks"] or 0,
                },
            }
            for row in rows
            if row["checks"] or row["lead_checks"]
        ]


_MEASURED = """
WITH band AS (
    SELECT 'backtest' AS basis, abc, check_count AS checks,
           coverage80 * check_count AS in80, coverage95 * check_count AS in95
      FROM forecast_series
     WHERE plan_id = %(plan)s AND active AND coverage80 IS NOT NULL
 UNION ALL
    SELECT 'outcome', abc, 1, in80::int, in95::int
      FROM forecast_outcome
     WHERE plan_id = %(plan)s AND lag = 1 AND in80 IS NOT NULL
),
lead AS (
    SELECT 'backtest' AS basis, abc, lead_checks AS checks,
           service_level * lead_checks AS promised, lead_met AS met,
           lead_met_textbook AS textbook
      FROM forecast_series
     WHERE plan_id = %(plan)s AND active AND lead_checks > 0
 UNION ALL
    SELECT 'outcome', abc, 1, service_level, lead_met::int, lead_met_textbook::int
      FROM forecast_vintage
     WHERE plan_id = %(plan)s AND lead_actual IS NOT NULL AND lead_met IS NOT NULL
)
SELECT basis, abc, band.checks, band.in80, band.in95,
       lead.checks AS lead_checks, lead.promised, lead.met, lead.textbook
  FROM (
    SELECT basis, COALESCE(abc, '') AS abc, SUM(checks)::int AS checks,
           (SUM(in80) / NULLIF(SUM(checks), 0))::float8 AS in80,
           (SUM(in95) / NULLIF(SUM(checks), 0))::float8 AS in95
      FROM band WHERE abc IS NOT NULL
     GROUP BY GROUPING SETS ((basis), (basis, abc))
  ) band
  FULL JOIN (
    SELECT basis, COALESCE(abc, '') AS abc, SUM(checks)::int AS checks,
           (SUM(promised) / NULLIF(SUM(checks), 0))::float8 AS promised,
           (SUM(met) / NULLIF(SUM(checks)::float8, 0))::float8 AS met,
           (SUM(textbook) / NULLIF(SUM(checks)::float8, 0))::float8 AS textbook
      FROM lead WHERE abc IS NOT NULL
     GROUP BY GROUPING SETS ((basis), (basis, abc))
  ) lead USING (basis, abc)
 ORDER BY basis DESC, abc
"""
