# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class ForecastPlan(models.Model):
    """True demand: what deliveries do not show."""

    _inherit = "forecast.plan"

    use_stockouts = fields.Boolean(
        string="Estimate Demand of Stock-Out Days",
        default=True,
        help="Days without stock show no demand though customers ask. The days in stock "
        "around them say what was missed. Marked in the history of each forecast.",
    )
    stockout_days = fields.Integer(
        string="Off the Range after",
        default=90,
        help="A product without stock for longer than these days, and still without, "
        "counts as taken off the range: no demand is estimated for it.",
    )
    outliers = fields.Selection(
        [
            ("off", "Do Not Look"),
            ("flag", "Mark Only"),
            ("limit", "Limit"),
        ],
        default="flag",
        required=True,
        help="Mark only: the model sees the value as it is. Limit: it sees three robust "
        "standard deviations from the usual value of that time of the year. The history "
        "shows both.",
    )

    _stockout_days_positive = models.Constraint(
        "CHECK (stockout_days > 0)",
        "The days after which a product is off the range must be positive.",
    )

    @api.private
    def read_stockouts(self):
        """Days without stock of all series, by one query.

        The stock of each day follows backward from the quantities on hand today and the
        done moves since, in the warehouse's internal locations and time zone. A day
        counts when there was nothing on hand from midnight to midnight and nothing
        moved. Stock below zero does not count, nor do products without a receipt: where
        receipts are not recorded nobody knows what was on hand. The time before the
        first move of the history does not count: nobody knows whether the product was
        sold then; nor does the time since the last one when it is longer than
        `stockout_days`.

        :returns: dict (product id, warehouse id) -> {first day of period: (days without
            stock, quantity wanted on such days and delivered later)}
        """
        self.ensure_one()
        places = self._places()
        if not places:
            return {}
        self.env.flush_all()
        self._more_memory()
        rows = self.env.execute_query(
            SQL(
                """
WITH %(delivered)s,
spot AS MATERIALIZED (
    SELECT location.id, place.warehouse_id, place.tz
      FROM stock_location location JOIN place USING (warehouse_id)
     WHERE location.usage = 'internal'
),
side AS (
    SELECT move.product_id, spot.warehouse_id, spot.tz, move.date, move.product_uom,
           -move.quantity::float8 AS quantity, FALSE AS received
      FROM stock_move move
      JOIN spot ON spot.id = move.location_id
      LEFT JOIN spot other ON other.id = move.location_dest_id
     WHERE move.state = 'done' AND move.date >= %(since)s
       AND other.warehouse_id IS DISTINCT FROM spot.warehouse_id
     UNION ALL
    SELECT move.product_id, spot.warehouse_id, spot.tz, move.date, move.product_uom,
           move.quantity::float8, source.usage != 'customer'
      FROM stock_move move
      JOIN spot ON spot.id = move.location_dest_id
      JOIN stock_location source ON source.id = move.location_id
      LEFT JOIN spot other ON other.id = move.location_id
     WHERE move.state = 'done' AND move.date >= %(since)s
       AND other.warehouse_id IS DISTINCT FROM spot.warehouse_id
),
flow AS (
    SELECT side.product_id, side.warehouse_id, side.received,
           (side.date AT TIME ZONE 'UTC' AT TIME ZONE side.tz)::date AS day,
           side.quantity * unit.factor / product.factor AS net
      FROM side
      JOIN product ON product.id = side.product_id
      JOIN unit ON unit.id = side.product_uom AND unit.root = product.root
     WHERE side.quantity != 0
),
stock AS (
    SELECT quant.product_id, location.warehouse_id,
           SUM(quant.quantity)::float8 AS quantity
      FROM stock_quant quant
      JOIN stock_location location ON location.id = quant.location_id
     WHERE location.usage = 'internal'
  GROUP BY quant.product_id, location.warehouse_id
),
total AS (
    SELECT product_id, warehouse_id, SUM(net) AS net
      FROM flow
  GROUP BY product_id, warehouse_id
    HAVING bool_or(received)
),
timeline AS (
    SELECT flow.product_id, flow.warehouse_id, flow.day,
           LEAD(flow.day) OVER byday AS next_day,
           -- on hand when the history begins, and what came and went up to this day
           COALESCE(stock.quantity, 0) - total.net + SUM(flow.net) OVER byday AS on_hand
      FROM flow
      JOIN total USING (product_id, warehouse_id)
      LEFT JOIN stock USING (product_id, warehouse_id)
    WINDOW byday AS (
           PARTITION BY flow.product_id, flow.warehouse_id ORDER BY flow.day
           RANGE UNBOUNDED PRECEDING)
),
gap AS MATERIALIZED (
    SELECT timeline.product_id, timeline.warehouse_id,
           GREATEST(timeline.day + 1, place.since) AS first,
           LEAST(COALESCE(timeline.next_day, place.until), place.until) AS stop
      FROM timeline JOIN place USING (warehouse_id)
     WHERE ABS(timeline.on_hand) < 1e-6
       AND COALESCE(timeline.next_day, place.until) > GREATEST(timeline.day + 1, since)
       AND timeline.day + 1 < place.until
       AND (timeline.next_day IS NOT NULL
            OR place.until - timeline.day - 1 <= %(longest)s)
),
missing AS (
    SELECT gap.product_id, gap.warehouse_id, period.start,
           SUM(LEAST(gap.stop, (period.start + %(step)s::interval)::date)
               - GREATEST(gap.first, period.start)) AS days
      FROM gap
     CROSS JOIN LATERAL (
           SELECT day::date AS start FROM generate_series(
               date_trunc(%(grain)s, gap.first::timestamp),
               gap.stop - INTERVAL '1 day', %(step)s::interval) AS day
           ) period
  GROUP BY 1, 2, 3
),
waited AS (
    SELECT gap.product_id, gap.warehouse_id,
           date_trunc(%(grain)s, wish.day::timestamp)::date AS start,
           SUM(delivered.quantity * unit.factor / product.factor) AS quantity
      FROM delivered
      JOIN product ON product.id = delivered.product_id
      JOIN unit ON unit.id = delivered.product_uom AND unit.root = product.root
      JOIN place ON place.warehouse_id = delivered.warehouse_id
     CROSS JOIN LATERAL (
           SELECT (delivered.wanted AT TIME ZONE 'UTC' AT TIME ZONE place.tz)::date AS day
           ) wish
      JOIN gap ON gap.product_id = delivered.product_id
              AND gap.warehouse_id = delivered.warehouse_id
              AND wish.day >= gap.first AND wish.day < gap.stop
     -- delivered on the day wanted: then there was something to deliver
     WHERE delivered.wanted != delivered.done
  GROUP BY 1, 2, 3
)
SELECT product_id, warehouse_id, missing.start, missing.days::int,
       GREATEST(COALESCE(waited.quantity, 0), 0)::float8
  FROM missing
  LEFT JOIN waited USING (product_id, warehouse_id, start)
""",
                delivered=self._demand_sql(places),
                grain=self.grain,
                step=f"1 {self.grain}",
                longest=self.stockout_days,
                # a day more than any time zone is apart
                since=min(place[2] for place in places) - timedelta(days=2),
            )
        )
        found = {}
        for product_id, warehouse_id, start, days, waited in rows:
            found.setdefault((product_id, warehouse_id), {})[start] = (days, waited)
        return found
