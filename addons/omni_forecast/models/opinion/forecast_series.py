# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.bulk import bulk_update
from .adjusting import Adjustments

BANDS = ("lo80", "hi80", "lo95", "hi95")


class ForecastSeries(models.Model):
    """Final forecast = baseline and what events and people add to it."""

    _inherit = "forecast.series"

    adjustment_ids = fields.One2many(
        "forecast.adjustment", "series_id", string="Adjustments"
    )

    @api.model
    def _place_level_sql(self, alias):
        """SQL that keeps series of a whole place, not of one of its channels."""
        if "team_id" not in self._fields:
            return SQL()
        return SQL("AND %s IS NULL", SQL.identifier(alias, "team_id"))

    @api.private
    def _apply_adjustments(self):
        """Recompute the final forecast of these series from baseline and adjustments.

        Writes mean and bands of the lines, what the series holds of them, and refreshes
        the open recommendations: a handful of statements for any number of series. The
        caller has checked that the user may change the adjustments; lines are results,
        which nobody may write directly, so they are written by SQL.
        """
        series = self.exists()
        if not series:
            return
        self.env["forecast.adjustment"].flush_model()
        self.env["forecast.line"].flush_model()
        self.flush_model()
        lines = self.env.execute_query(
            SQL(
                """
SELECT id, series_id, date, COALESCE(baseline, mean), COALESCE(reconciled, 0), mean
  FROM forecast_line WHERE series_id = ANY(%s) ORDER BY series_id, date
                """,
                series.ids,
            )
        )
        if not lines:
            return
        rows = Adjustments.of_series(self.env, series)
        outcome = rows.apply(
            [(line[1], line[2]) for line in lines], [line[3] for line in lines]
        )
        means = [
            max(min(0.0, line[3]), float(final) + line[4])
            for line, final in zip(lines, outcome.final, strict=True)
        ]
        changed = [
            (line[0], mean)
            for line, mean in zip(lines, means, strict=True)
            if mean != line[5]
        ]
        self._write_means(changed)
        rows.store(self.env)
        self._write_totals(lines, means)
        self.env["forecast.line"].invalidate_model(
            ["mean", "base_bands", *BANDS], flush=False
        )
        self.invalidate_recordset(
            ["next_mean", "lead_mean", "lead_quantile"], flush=False
        )
        if changed:
            self.env["forecast.vintage"]._refresh(series)
            # a run that reconciles its totals recommends afterwards
            if not self.env.context.get("forecast_no_nodes"):
                self.env["forecast.recommendation"]._refresh(series)

    def _write_means(self, changed):
        """:param changed: (line id, final mean) of lines whose mean changes"""
        if not changed:
            return
        bands = [
            SQL(
                # a band that reaches below zero by itself (returns) keeps its end
                "%(name)s = GREATEST(LEAST(0, (base.bands->>%(i)s)::float8),"
                " (base.bands->>%(i)s)::float8 + data.mean"
                " - COALESCE(line.baseline, line.mean))",
                name=SQL.identifier(name),
                i=index,
            )
            for index, name in enumerate(BANDS)
        ]
        self.env.cr.execute(
            SQL(
                """
WITH data AS (SELECT * FROM unnest(%s::int[], %s::float8[]) AS d (id, mean)),
base AS (
    SELECT line.id, COALESCE(line.base_bands, jsonb_build_array(
               line.lo80, line.hi80, line.lo95, line.hi95)) AS bands
      FROM forecast_line line JOIN data ON data.id = line.id
)
UPDATE forecast_line line
   SET baseline = COALESCE(line.baseline, line.mean),
       mean = data.mean,
       base_bands = CASE
           WHEN data.mean = COALESCE(line.baseline, line.mean) THEN NULL
           ELSE base.bands END,
       %s
  FROM data JOIN base ON base.id = data.id
 WHERE line.id = data.id
                """,
                [one[0] for one in changed],
                [one[1] for one in changed],
                SQL(", ").join(bands),
            )
        )

    def _write_totals(self, lines, means):
        """Next period and lead-time total; the quantile keeps its distance to the mean."""
        by_series = defaultdict(list)
        for line, mean in zip(lines, means, strict=True):
            by_series[line[1]].append(mean)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, lead_periods, lead_quantile - lead_mean"
                " FROM forecast_series WHERE id = ANY(%s)",
                list(by_series),
            )
        )
        totals, gaps, ids = [], [], []
        for series_id, periods, gap in rows:
            values, periods = by_series[series_id], periods or 1
            if periods <= len(values):
                total = sum(values[:periods])
            else:
                total = sum(values) * periods / len(values)
            ids.append(series_id)
            totals.append(total)
            gaps.append(None if gap is None else total + gap)
        bulk_update(
            self.env,
            "forecast.series",
            ids,
            {
                "next_mean": [by_series[one][0] for one in ids],
                "lead_mean": totals,
                "lead_quantile": gaps,
            },
        )
