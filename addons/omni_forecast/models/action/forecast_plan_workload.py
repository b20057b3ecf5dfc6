# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import SQL


class ForecastPlan(models.Model):
    """Expected workload per day and warehouse, for staffing."""

    _inherit = "forecast.plan"

    def _measure_workload(self):
        """Write the days ahead of the plan's warehouses anew.

        A period's forecast is spread over its days by the shares that the weekdays had in
        the lines delivered in the last year (even shares where nothing was). Units become
        lines by the units of a line of each product and warehouse (of the warehouse, where
        a product has none), and lines deliveries by the lines of a delivery.

        SQL without record rules, as in `read_demand`: totals of the plan's warehouses.
        """
        self.ensure_one()
        places = self._places()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM forecast_workload WHERE plan_id = %s", self.id)
        )
        self.env["forecast.workload"].invalidate_model()
        if not places:
            return
        now = fields.Datetime.now()
        # the planner takes the sums above for a row or two and would scan them once for
        # each line of the forecast
        self.env.cr.execute("SET LOCAL enable_nestloop = off")
        self.env.cr.execute(
            SQL(
                """
WITH place (warehouse_id, tz) AS (VALUES %(places)s),
done AS (
    SELECT move.product_id, place.warehouse_id,
           COALESCE(move.picking_id, -move.id) AS delivery,
           EXTRACT(ISODOW FROM move.date AT TIME ZONE 'UTC' AT TIME ZONE place.tz)::int
               AS weekday,
           (move.quantity * uom.factor / product_uom.factor)::float8 AS units
      FROM stock_move move
      JOIN stock_location source ON source.id = move.location_id
      JOIN stock_location target ON target.id = move.location_dest_id
                                AND target.usage = 'customer'
      JOIN place ON place.warehouse_id = source.warehouse_id
      JOIN uom_uom uom ON uom.id = move.product_uom
      JOIN product_product product ON product.id = move.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom product_uom ON product_uom.id = template.uom_id
     WHERE move.state = 'done' AND move.company_id = %(company)s
       AND source.usage != 'customer' AND move.date >= %(since)s AND move.quantity > 0
),
rate AS (
    SELECT product_id, warehouse_id, SUM(units) / COUNT(*) AS line_units
      FROM done GROUP BY product_id, warehouse_id
),
whole AS (
    SELECT warehouse_id, SUM(units) / COUNT(*) AS line_units,
           COUNT(*)::float8 / COUNT(DISTINCT delivery) AS delivery_lines,
           COUNT(*)::float8 AS lines
      FROM done GROUP BY warehouse_id
),
count AS (
    SELECT warehouse_id, weekday, COUNT(*) AS lines
      FROM done GROUP BY warehouse_id, weekday
),
weekday AS (
    SELECT place.warehouse_id, day AS weekday,
           COALESCE(COALESCE(count.lines, 0) / whole.lines, 1 / 7.0) AS share
      FROM place
     CROSS JOIN generate_series(1, 7) AS day
      LEFT JOIN whole ON whole.warehouse_id = place.warehouse_id
      LEFT JOIN count ON count.warehouse_id = place.warehouse_id
                     AND count.weekday = day
),
period AS (
    SELECT series.warehouse_id, line.date AS first,
           (line.date + %(step)s::interval)::date - 1 AS last,
           SUM(GREATEST(line.mean, 0))::float8 AS units,
           SUM(GREATEST(line.mean, 0) / NULLIF(
               COALESCE(rate.line_units, whole.line_units, 1), 0))::float8 AS lines
      FROM forecast_series series
      JOIN forecast_line line ON line.series_id = series.id
      LEFT JOIN rate ON rate.product_id = series.product_id
                    AND rate.warehouse_id = series.warehouse_id
      LEFT JOIN whole ON whole.warehouse_id = series.warehouse_id
     WHERE series.plan_id = %(plan)s AND series.active %(only_places)s
  GROUP BY series.warehouse_id, line.date
),
day AS (
    SELECT period.*, day::date AS date, weekday.weekday,
           COALESCE(weekday.share / NULLIF(SUM(weekday.share) OVER (
               PARTITION BY period.warehouse_id, period.first), 0),
               1.0 / (period.last - period.first + 1)) AS part
      FROM period
     CROSS JOIN generate_series(period.first, period.last, INTERVAL '1 day') AS day
      JOIN weekday ON weekday.warehouse_id = period.warehouse_id
                  AND weekday.weekday = EXTRACT(ISODOW FROM day)::int
)
INSERT INTO forecast_workload (plan_id, company_id, warehouse_id, date, weekday, units,
                               lines, deliveries, hours)
SELECT %(plan)s, %(company)s, day.warehouse_id, day.date, day.weekday::text,
       day.units * day.part, day.lines * day.part,
       day.lines * day.part / COALESCE(whole.delivery_lines, 1),
       day.lines * day.part * %(minutes)s / 60.0
  FROM day
  LEFT JOIN whole ON whole.warehouse_id = day.warehouse_id
 WHERE day.date >= %(today)s
ORDER BY day.warehouse_id, day.date
""",
                places=SQL(", ").join(
                    SQL("(%s, %s)", warehouse_id, zone)
                    for warehouse_id, zone, *_days in places
                ),
                plan=self.id,
                company=self.company_id.id,
                since=fields.Datetime.subtract(now, days=365),
                step=f"1 {self.grain}",
                minutes=self.minutes_line,
                today=fields.Date.context_today(self),
                only_places=SQL("AND series.team_id IS NULL")
                if "team_id" in self.env["forecast.series"]._fields
                else SQL(),
            )
        )
        self.env.cr.execute("SET LOCAL enable_nestloop = on")
