# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.tools import SQL

#: Stock figures reach so far back; what is older is no longer decided on.
YEARS = 2
#: An article is expected to be there for so many days after it was shipped last.
ASSORTMENT_DAYS = 90


class LogisticsKpiSource(models.AbstractModel):
    """Turnover and stock-out, from the moves alone.

    The stock of each past day is today's stock less what moved since. Nothing is kept
    per article and day: balances are intervals between moves, whose beginnings and ends
    are summed by warehouse and category before they are spread over the days.
    """

    _inherit = "logistics.kpi.source"

    def _stock_window(self, company, first, last):
        """Local days [first, last] that stock figures are made for, and today."""
        zone = company.partner_id.tz or "UTC"
        ((first_day, last_day, today),) = self.env.execute_query(
            SQL(
                """
                SELECT (%(first)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                       (%(last)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s
                        - INTERVAL '1 second')::date,
                       (NOW() AT TIME ZONE %(zone)s)::date
                """,
                first=first,
                last=last,
                zone=zone,
            )
        )
        oldest = today - timedelta(days=YEARS * 365)
        return max(first_day, oldest), min(last_day, today), today

    def _sql_moved(self, company, since):
        """Done moves across the border of a warehouse's stock, in the article's unit."""
        return SQL(
            """
            SELECT m.id, m.date, m.product_id, t.categ_id,
                   CASE WHEN s.usage = 'internal' THEN s.warehouse_id END AS source,
                   CASE WHEN d.usage = 'internal' THEN d.warehouse_id END AS target,
                   d.usage = 'customer' AS shipped,
                   m.quantity * CASE WHEN m.product_uom = t.uom_id THEN 1
                       ELSE u.factor / NULLIF(pu.factor, 0) END AS quantity
              FROM stock_move m
              JOIN stock_location s ON s.id = m.location_id
              JOIN stock_location d ON d.id = m.location_dest_id
              JOIN product_product pp ON pp.id = m.product_id
              JOIN product_template t ON t.id = pp.product_tmpl_id AND t.is_storable
              JOIN uom_uom u ON u.id = m.product_uom
              JOIN uom_uom pu ON pu.id = t.uom_id
             WHERE m.state = 'done' AND m.company_id = %(company)s
               AND m.date >= %(since)s AND m.quantity > 0
               AND (CASE WHEN s.usage = 'internal' THEN s.warehouse_id END)
                   IS DISTINCT FROM
                   (CASE WHEN d.usage = 'internal' THEN d.warehouse_id END)
            """,
            company=company.id,
            since=since,
        )

    def _sql_shipped(self, company, first, last):
        """Units that left to customers: the numerator of the turnover."""
        first_day, _last, _today = self._stock_window(company, first, last)
        since = max(first, datetime.combine(first_day, time.min) - timedelta(days=1))
        return SQL(
            """
            SELECT m.id AS record_id, 'turnover' AS kpi, m.date AS moment,
                   m.source AS warehouse_id, NULL::int AS carrier_id, NULL::int AS team_id,
                   m.categ_id, FALSE AS business, NULL::varchar AS customer_class,
                   (365 * m.quantity)::float AS numerator, 0.0 AS denominator %(more)s
              FROM (%(moved)s) m
             WHERE m.shipped AND m.source IS NOT NULL AND m.date < %(last)s
            """,
            more=self._more(),
            moved=self._sql_moved(company, since),
            last=last,
        )

    def _sql_balances(self, company, first_day, today):
        """Intervals of days in which an article's stock in a warehouse did not change.

        Columns: warehouse_id, product_id, categ_id, day, until (the day after), balance,
        expected_until (the day after the last on which it is expected to be there, by what
        was shipped before; at most until, NULL or earlier than day when it is not).
        """
        zone = company.partner_id.tz or "UTC"
        start = first_day - timedelta(days=ASSORTMENT_DAYS + 1)
        since, _end = self.env["logistics.kpi.day"]._bounds(company, start, start)
        return SQL(
            """
            WITH moved AS MATERIALIZED (
                SELECT v.warehouse_id, m.product_id,
                       (m.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                       v.net, v.sold
                  FROM (%(moved)s) m
            CROSS JOIN LATERAL (VALUES
                       (m.source, -m.quantity, m.shipped), (m.target, m.quantity, FALSE)
                       ) AS v(warehouse_id, net, sold)
                 WHERE v.warehouse_id IS NOT NULL
            ), stock AS (
                SELECT l.warehouse_id, q.product_id, SUM(q.quantity) AS quantity
                  FROM stock_quant q
                  JOIN stock_location l ON l.id = q.location_id
                 WHERE l.usage = 'internal' AND l.warehouse_id IS NOT NULL
                   AND q.company_id = %(company)s
              GROUP BY 1, 2
            ), state AS (
                SELECT warehouse_id, product_id, day,
                       LAG(day) OVER w IS NULL AS first_row,
                       COALESCE(LEAD(day) OVER w, %(today)s::date + 1) AS until,
                       SUM(net) OVER w AS so_far,
                       SUM(net) OVER (PARTITION BY warehouse_id, product_id) AS whole,
                       MAX(CASE WHEN sold THEN day END) OVER w AS sold
                  FROM moved
                WINDOW w AS (PARTITION BY warehouse_id, product_id ORDER BY day)
            )
            SELECT b.warehouse_id, b.product_id, t.categ_id,
                   GREATEST(b.day, %(first)s::date) AS day, b.until,
                   CASE WHEN b.sold IS NOT NULL
                        THEN LEAST(b.until, b.sold + %(days)s + 1) END AS expected_until,
                   b.balance
              FROM (SELECT s.warehouse_id, s.product_id, s.day, s.until, s.sold,
                           COALESCE(q.quantity, 0) - s.whole + s.so_far AS balance
                      FROM state s LEFT JOIN stock q USING (warehouse_id, product_id)
                     WHERE s.until > s.day AND s.until > %(first)s
                 UNION ALL
                    SELECT s.warehouse_id, s.product_id, %(start)s::date, s.day, NULL,
                           COALESCE(q.quantity, 0) - s.whole
                      FROM state s LEFT JOIN stock q USING (warehouse_id, product_id)
                     WHERE s.first_row AND s.day > %(first)s
                 UNION ALL
                    SELECT q.warehouse_id, q.product_id, %(start)s::date,
                           %(today)s::date + 1, NULL, q.quantity
                      FROM stock q
                     WHERE (q.warehouse_id, q.product_id) NOT IN (
                           SELECT warehouse_id, product_id FROM state WHERE first_row)
                   ) b
              JOIN product_product pp ON pp.id = b.product_id
              JOIN product_template t ON t.id = pp.product_tmpl_id AND t.is_storable
            """,
            zone=zone,
            moved=self._sql_moved(company, since),
            company=company.id,
            start=start,
            days=ASSORTMENT_DAYS,
            today=today,
            first=first_day,
        )

    def _sql_stock(self, company, first, last):
        """Articles by day: what was on hand, and what was missing though expected."""
        first_day, last_day, today = self._stock_window(company, first, last)
        return SQL(
            """
            SELECT b.product_id AS record_id, k.kpi,
                   g.day AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' AS moment,
                   b.warehouse_id, NULL::int AS carrier_id, NULL::int AS team_id, b.categ_id,
                   FALSE AS business, NULL::varchar AS customer_class,
                   k.numerator, k.denominator %(more)s
              FROM (%(balances)s) b
        CROSS JOIN LATERAL GENERATE_SERIES(
                   GREATEST(b.day, %(first)s::date)::timestamp,
                   LEAST(b.until - 1, %(last)s::date)::timestamp,
                   INTERVAL '1 day') AS g(day)
        CROSS JOIN LATERAL (VALUES
                ('turnover', 0.0, GREATEST(b.balance, 0)::float, b.balance > 0),
                ('stockout', (b.balance <= 0)::int::float, 1.0, g.day < b.expected_until)
             ) AS k(kpi, numerator, denominator, counts)
             WHERE k.counts
            """,
            zone=company.partner_id.tz or "UTC",
            more=self._more(),
            balances=self._sql_balances(company, first_day, today),
            first=first_day,
            last=last_day,
        )

    @api.model
    @api.private
    def _sql_stock_sums(self, company, first, last):
        """The rows of :meth:`_sql_stock`, summed by day, warehouse and category."""
        first_day, last_day, today = self._stock_window(company, first, last)
        return SQL(
            """
            SELECT 0 AS record_id, k.kpi,
                   g.day AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' AS moment,
                   r.warehouse_id, NULL::int AS carrier_id, NULL::int AS team_id, r.categ_id,
                   FALSE AS business, NULL::varchar AS customer_class,
                   k.numerator, k.denominator %(more)s
              FROM (SELECT warehouse_id, categ_id, day,
                           LEAD(day) OVER w - 1 AS last_day,
                           SUM(units) OVER w AS units, SUM(expected) OVER w AS expected,
                           SUM(missing) OVER w AS missing
                      FROM (SELECT b.warehouse_id, b.categ_id, v.day,
                                   SUM(v.units) AS units, SUM(v.expected) AS expected,
                                   SUM(CASE WHEN b.balance <= 0 THEN v.expected END)
                                       AS missing
                              FROM (%(balances)s) b
                        CROSS JOIN LATERAL (VALUES
                                   (b.day, GREATEST(b.balance, 0),
                                    (b.expected_until > b.day)::int),
                                   (b.until, -GREATEST(b.balance, 0), 0),
                                   (CASE WHEN b.expected_until > b.day
                                         THEN b.expected_until END, 0, -1)
                                   ) AS v(day, units, expected)
                             WHERE v.day IS NOT NULL
                          GROUP BY 1, 2, 3) d
                    WINDOW w AS (PARTITION BY warehouse_id, categ_id ORDER BY day)) r
        CROSS JOIN LATERAL GENERATE_SERIES(
                   r.day::timestamp, LEAST(r.last_day, %(last)s::date)::timestamp,
                   INTERVAL '1 day') AS g(day)
        CROSS JOIN LATERAL (VALUES
                ('turnover', 0.0, r.units::float),
                ('stockout', COALESCE(r.missing, 0)::float, r.expected::float)
             ) AS k(kpi, numerator, denominator)
             WHERE k.denominator > 0
            """,
            zone=company.partner_id.tz or "UTC",
            more=self._more(),
            balances=self._sql_balances(company, first_day, today),
            first=first_day,
            last=last_day,
        )
