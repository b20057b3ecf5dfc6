# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.tools import SQL

#: Stock figures reach so far back; what is older is no longer decided on.
YEARS = 3
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
        expected (it was shipped within the days before).
        """
        zone = company.partner_id.tz or "UTC"
        start = first_day - timedelta(days=ASSORTMENT_DAYS + 1)
        since, _end = self.env["logistics.kpi.day"]._bounds(company, start, start)
        return SQL(
            """
            WITH moved AS MATERIALIZED (
                SELECT v.warehouse_id, m.product_id,
                       (m.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                       SUM(v.net) AS net, BOOL_OR(v.sold) AS sold
                  FROM (%(moved)s) m
            CROSS JOIN LATERAL (VALUES
                       (m.source, -m.quantity, m.shipped), (m.target, m.quantity, FALSE)
                       ) AS v(warehouse_id, net, sold)
                 WHERE v.warehouse_id IS NOT NULL
              GROUP BY 1, 2, 3
            ), stock AS (
                SELECT l.warehouse_id, q.product_id, SUM(q.quantity) AS quantity
                  FROM stock_quant q
                  JOIN stock_location l ON l.id = q.location_id
                 WHERE l.usage = 'internal' AND l.warehouse_id IS NOT NULL
                   AND q.company_id = %(company)s
              GROUP BY 1, 2
            ), opening AS (
                SELECT warehouse_id, product_id,
                       COALESCE(MAX(s.quantity), 0) - COALESCE(SUM(m.net), 0) AS net
                  FROM stock s FULL JOIN moved m USING (warehouse_id, product_id)
              GROUP BY 1, 2
            ), event AS (
                SELECT warehouse_id, product_id, day, SUM(net) AS net, MAX(sold) AS sold
                  FROM (SELECT warehouse_id, product_id, %(start)s::date AS day, net,
                               NULL::date AS sold
                          FROM opening
                     UNION ALL
                        SELECT warehouse_id, product_id, day, net,
                               CASE WHEN sold THEN day END
                          FROM moved
                     UNION ALL
                        SELECT warehouse_id, product_id, day + %(days)s + 1, 0, NULL
                          FROM moved
                         WHERE sold AND day + %(days)s < %(today)s) e
              GROUP BY 1, 2, 3
            )
            SELECT b.warehouse_id, b.product_id, t.categ_id, b.day, b.until, b.balance,
                   COALESCE(b.sold >= b.day - %(days)s, FALSE) AS expected
              FROM (SELECT warehouse_id, product_id, day,
                           COALESCE(LEAD(day) OVER w, %(today)s::date + 1) AS until,
                           SUM(net) OVER w AS balance, MAX(sold) OVER w AS sold
                      FROM event
                    WINDOW w AS (PARTITION BY warehouse_id, product_id ORDER BY day)) b
              JOIN product_product pp ON pp.id = b.product_id
              JOIN product_template t ON t.id = pp.product_tmpl_id AND t.is_storable
             WHERE b.until > %(first)s
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
                ('stockout', (b.balance <= 0)::int::float, 1.0, b.expected)
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
                                   SUM(v.sign * GREATEST(b.balance, 0)) AS units,
                                   SUM(v.sign * b.expected::int) AS expected,
                                   SUM(v.sign * (b.expected AND b.balance <= 0)::int)
                                       AS missing
                              FROM (%(balances)s) b
                        CROSS JOIN LATERAL (VALUES
                                   (GREATEST(b.day, %(first)s::date), 1),
                                   (b.until, -1)) AS v(day, sign)
                          GROUP BY 1, 2, 3) d
                    WINDOW w AS (PARTITION BY warehouse_id, categ_id ORDER BY day)) r
        CROSS JOIN LATERAL GENERATE_SERIES(
                   r.day::timestamp, LEAST(r.last_day, %(last)s::date)::timestamp,
                   INTERVAL '1 day') AS g(day)
        CROSS JOIN LATERAL (VALUES
                ('turnover', 0.0, r.units::float),
                ('stockout', r.missing::float, r.expected::float)
             ) AS k(kpi, numerator, denominator)
             WHERE k.denominator > 0
            """,
            zone=company.partner_id.tz or "UTC",
            more=self._more(),
            balances=self._sql_balances(company, first_day, today),
            first=first_day,
            last=last_day,
        )
