# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import UTC, date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
}


class Demand(NamedTuple):
    """Demand of one product in one warehouse; `quantity` holds one value per period
    from `start` on, in the product's unit of measure.

    `foreign` counts moves in a unit that cannot be converted (they are left out);
    `team_id` is the sales team where demand is read by team, 0 for none.
    """

    product_id: int
    warehouse_id: int
    start: date
    quantity: list
    moves: int
    negative: int
    foreign: int = 0
    team_id: int = 0


class ForecastPlan(models.Model):
    """Reading the demand."""

    _inherit = "forecast.plan"

    def _timezone(self, warehouse):
        """Zone whose midnight ends a period of `warehouse`: its address', else the
        company's address', else the company's working hours', else UTC."""
        return (
            warehouse.partner_id.tz
            or warehouse.company_id.partner_id.tz
            or warehouse.company_id.resource_calendar_id.tz
            or "UTC"
        )

    def _period_start(self, day):
        """First day of the period that holds `day`."""
        if self.grain == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.grain == "month" else day

    def _period_days(self, start, count):
        """First days (ISO strings) of `count` periods from `start` on."""
        if not start:
            return []
        first = fields.Date.to_date(start)
        step = STEPS[self.grain]
        return [fields.Date.to_string(first + step * i) for i in range(count)]

    def _places(self):
        """Where and when demand is read.

        :returns: list of (warehouse id, time zone, first period, first day of the
            current, unfinished period)
        """
        self.ensure_one()
        now = fields.Datetime.now().replace(tzinfo=UTC)
        places = []
        for warehouse in self._scope_warehouses():
            zone = self._timezone(warehouse)
            until = self._period_start(now.astimezone(ZoneInfo(zone)).date())
            since = until - STEPS[self.grain] * self.history_periods
            places.append((warehouse.id, zone, since, until))
        return places

    def _demand_sql(self, places):
        """CTEs that both readings begin with.

        * place: warehouse_id, tz, since, until
        * product: id, factor and root of its unit
        * unit: id, factor, root; units of one root can be converted
        * delivered: one row per done move from or to a customer: product_id, product_uom,
          warehouse_id, team_id, quantity (returns negative), wanted and done (UTC)
        """
        products = self.env["product.product"]._search(self._product_domain())
        scope = self._scope_sql()
        return SQL(
            """
place (warehouse_id, tz, since, until) AS (VALUES %(places)s),
unit AS MATERIALIZED (
    SELECT id, factor::float8 AS factor, split_part(parent_path, '/', 1) AS root
      FROM uom_uom
),
-- the few moves that were returned: joining all moves to themselves costs a second
returned AS MATERIALIZED (
    SELECT first.* FROM stock_move first
     WHERE first.state = 'done' AND first.id IN (
           SELECT origin_returned_move_id FROM stock_move
            WHERE origin_returned_move_id IS NOT NULL)
),
product AS MATERIALIZED (
    SELECT product.id, unit.factor, unit.root
      FROM product_product product
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN unit ON unit.id = template.uom_id
     WHERE product.id IN %(products)s
),
delivered AS (
    SELECT %(product)s AS product_id, %(unit)s AS product_uom,
           CASE WHEN source.usage = 'customer'
                THEN COALESCE(first_source.warehouse_id, target.warehouse_id)
                ELSE source.warehouse_id END AS warehouse_id,
           sale.team_id,
           CASE WHEN source.usage = 'customer' THEN -1 ELSE 1 END * %(quantity)s
                AS quantity,
           CASE WHEN source.usage != 'customer'
                THEN COALESCE(sale.commitment_date, move.date_deadline, move.date)
                WHEN first.id IS NULL THEN move.date
                ELSE COALESCE(sale.commitment_date, first.date_deadline, first.date)
                 END AS wanted,
           move.date AS done
      FROM stock_move move
      JOIN stock_location source ON source.id = move.location_id
      JOIN stock_location target ON target.id = move.location_dest_id
      LEFT JOIN returned first ON first.id = move.origin_returned_move_id
                              AND source.usage = 'customer'
      LEFT JOIN stock_location first_source ON first_source.id = first.location_id
      LEFT JOIN sale_order_line line
             ON line.id = CASE WHEN source.usage = 'customer'
                               THEN first.sale_line_id ELSE move.sale_line_id END
      LEFT JOIN sale_order sale ON sale.id = line.order_id
      %(joins)s
     WHERE move.state = 'done'
       AND move.company_id = %(company)s
       AND (source.usage = 'customer') != (target.usage = 'customer')
       %(where)s
)""",
            places=SQL(", ").join(
                SQL("(%s, %s, %s::date, %s::date)", *place) for place in places
            ),
            products=products.subselect(),
            company=self.company_id.id,
            product=scope.product,
            unit=scope.unit,
            quantity=scope.quantity,
            joins=scope.joins,
            where=scope.where,
        )

    def _more_memory(self):
        """Let the reading queries hash and sort a million moves in memory, until the end
        of the transaction; with PostgreSQL's usual 4 MB they write them to disk."""
        self.env.execute_query(SQL("SELECT set_config('work_mem', '96MB', TRUE)"))

    @api.private
    def read_demand(self, by_team=False):
        """Demand of all series of the plan, by one query.

        Demand is what customers took: done moves to customer locations, in the period
        of the date wanted (the order's delivery date, else the move's deadline, else
        the day it was done) in the warehouse's time zone. A return takes back the
        demand of the move it returns; without such a move it counts where and when it
        came in. Periods without moves are zero, from the first period with demand up to
        the last complete one. A period that returns make negative counts as zero. What
        was wanted but not to be had is estimated later, see `read_stockouts`.

        Products are found through the ORM with the user's own record rules; moves are
        summed by SQL without them, restricted to the plan's company and warehouses: a
        planner needs the totals without being allowed each delivery.

        :param by_team: one row per sales team instead of one per place
        :returns: list of Demand
        """
        self.ensure_one()
        places = self._places()
        if not places:
            return []
        self.env.flush_all()
        self._more_memory()
        rows = self.env.execute_query(
            SQL(
                """
WITH %(delivered)s,
demand AS (
    SELECT delivered.product_id, place.warehouse_id, %(team)s AS team_id, period.start,
           SUM(delivered.quantity * unit.factor / product.factor)
               FILTER (WHERE unit.root = product.root) AS quantity,
           COUNT(*) FILTER (WHERE unit.root = product.root) AS moves,
           COUNT(*) FILTER (WHERE unit.root != product.root) AS foreign_moves
      FROM delivered
      JOIN product ON product.id = delivered.product_id
      JOIN place ON place.warehouse_id = delivered.warehouse_id
      JOIN unit ON unit.id = delivered.product_uom
     CROSS JOIN LATERAL (
           SELECT date_trunc(%(grain)s,
                  delivered.wanted AT TIME ZONE 'UTC' AT TIME ZONE place.tz)::date AS start
           ) period
     WHERE period.start >= place.since AND period.start < place.until
  GROUP BY 1, 2, 3, 4
),
series AS (
    SELECT demand.product_id, demand.warehouse_id, demand.team_id,
           MIN(demand.start) AS start, MAX(place.until) AS until
      FROM demand JOIN place USING (warehouse_id)
  GROUP BY demand.product_id, demand.warehouse_id, demand.team_id
)
SELECT series.product_id, series.warehouse_id, series.start,
       array_agg(GREATEST(COALESCE(demand.quantity, 0), 0)::float8 ORDER BY day),
       COALESCE(SUM(demand.moves), 0)::int,
       COUNT(*) FILTER (WHERE demand.quantity < 0),
       COALESCE(SUM(demand.foreign_moves), 0)::int, series.team_id
  FROM series
 CROSS JOIN LATERAL generate_series(
       series.start, series.until - INTERVAL '1 day', %(step)s::interval) AS day
  LEFT JOIN demand ON demand.product_id = series.product_id
                  AND demand.warehouse_id = series.warehouse_id
                  AND demand.team_id = series.team_id
                  AND demand.start = day::date
GROUP BY series.product_id, series.warehouse_id, series.team_id, series.start
ORDER BY series.product_id, series.warehouse_id, series.team_id
""",
                delivered=self._demand_sql(places),
                grain=self.grain,
                step=f"1 {self.grain}",
                team=SQL("COALESCE(delivered.team_id, 0)") if by_team else SQL("0"),
            )
        )
        return [Demand(*row) for row in rows]
