# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

#: Dimensions of a fact, in the order of the sources' columns.
DIMENSIONS = (
    "warehouse_id",
    "carrier_id",
    "team_id",
    "categ_id",
    "business",
    "customer_class",
)
#: A window that begins in this year or before is everything.
FIRST_YEAR = 2000
#: Source -> its KPIs.
SOURCES = {
    "line": (
        "on_time",
        "in_full",
        "otif",
        "cycle_days",
        "return_rate",
        "pick_accuracy",
    ),
    "return": ("return_rate", "pick_accuracy", "return_days"),
    "ticket": ("first_response", "resolution"),
    "rating": ("csat",),
    "order": ("repeat",),
    "shipped": ("turnover",),
    "stock": ("turnover", "stockout"),
}
#: Sources whose sums are made without their single rows.
SUMMED = ("line", "stock")


class LogisticsKpiSource(models.AbstractModel):
    """Row-level statements behind the KPIs.

    Facts are sums of these rows and the records behind a fact are their ids: one
    statement for both, so a figure can always be opened down to what it counts. Each
    row: record_id, kpi, moment (UTC), the dimensions, numerator, denominator.
    """

    _name = "logistics.kpi.source"
    _description = "KPI Source"

    @api.model
    @api.private
    def _rows(self, source, company, first, last, summed=False):
        """Statement of the rows of a source whose moment is in [first, last).

        :param bool summed: rows may be sums by day already, without record ids
        """
        name = f"_sql_{source}"
        if summed and source in SUMMED:
            name += "_sums"
        return SQL(
            "SELECT * FROM (%s) s WHERE s.moment >= %s AND s.moment < %s",
            getattr(self, name)(company, first, last),
            first,
            last,
        )

    # -- dimensions that other add-ons bring ---------------------------------------
    @api.model
    @api.private
    def _order_dimensions(self):
        """Columns of the order that are dimensions too, as many2one; extend."""
        return ()

    @api.model
    @api.private
    def _dimensions(self):
        """Columns of a row that facts are grouped by."""
        return (*DIMENSIONS, *self._order_dimensions())

    def _more(self, alias=None):
        """The orders' further dimensions as columns of a statement, after a comma."""
        return SQL("").join(
            SQL(", %s", SQL.identifier(alias, name))
            if alias
            else SQL(", NULL::int AS %s", SQL.identifier(name))
            for name in self._order_dimensions()
        )

    # -- orders, returns, tickets, ratings ------------------------------------------
    def _sql_line(self, company, first, last):
        """Order lines by promise (on time, in full, OTIF) and by arrival (the others)."""
        return SQL(
            """
            SELECT f.id AS record_id, k.kpi, k.moment, f.warehouse_id, f.carrier_id,
                   f.team_id, f.categ_id, f.business, f.customer_class, k.numerator,
                   k.denominator %(more)s
              FROM (%(base)s) f
        CROSS JOIN LATERAL (VALUES
                ('on_time', f.promise, f.punctual::int::float, 1.0),
                ('in_full', f.promise, f.whole::int::float, 1.0),
                ('otif', f.promise, (f.punctual AND f.whole)::int::float, 1.0),
                ('cycle_days', f.arrival, f.days, 1.0),
                ('return_rate', f.arrival, 0.0, 1.0),
                ('pick_accuracy', f.arrival, 1.0, 1.0)
             ) AS k(kpi, moment, numerator, denominator)
             WHERE k.moment IS NOT NULL
            """,
            base=self._sql_line_base(company, first, last),
            more=self._more("f"),
        )

    def _sql_line_sums(self, company, first, last):
        """The rows of :meth:`_sql_line`, summed by day and dimensions before they are
        spread over the KPIs; a day's moment is its first, local time."""
        zone = company.partner_id.tz or "UTC"
        return SQL(
            """
            SELECT 0 AS record_id, k.kpi,
                   k.day::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' AS moment,
                   g.warehouse_id, g.carrier_id, g.team_id, g.categ_id, g.business,
                   g.customer_class, k.numerator, k.denominator %(more_g)s
              FROM (SELECT (f.promise AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS promised,
                           (f.arrival AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS arrived,
                           f.warehouse_id, f.carrier_id, f.team_id, f.categ_id, f.business,
                           f.customer_class %(more_f)s,
                           COUNT(*)::float AS n, SUM(f.days) AS days,
                           COUNT(*) FILTER (WHERE f.punctual)::float AS punctual,
                           COUNT(*) FILTER (WHERE f.whole)::float AS whole,
                           COUNT(*) FILTER (WHERE f.punctual AND f.whole)::float AS both
                      FROM (%(base)s) f
                  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 %(more_f)s) g
        CROSS JOIN LATERAL (VALUES
                ('on_time', g.promised, g.punctual, g.n),
                ('in_full', g.promised, g.whole, g.n),
                ('otif', g.promised, g.both, g.n),
                ('cycle_days', g.arrived, g.days, g.n),
                ('return_rate', g.arrived, 0.0, g.n),
                ('pick_accuracy', g.arrived, g.n, g.n)
             ) AS k(kpi, day, numerator, denominator)
             WHERE k.day IS NOT NULL
            """,
            zone=zone,
            base=self._sql_line_base(company, first, last),
            more_f=self._more("f"),
            more_g=self._more("g"),
        )

    def _sql_line_base(self, company, first, last):
        """Order lines with promise, arrival and how they were kept.

        A line is on time when all that was delivered of it had arrived by its promise,
        in full when all ordered was delivered, and OTIF when both. Its promise is that
        of its first delivery: ours, else Odoo's deadline or schedule; NULL while it is
        still to come, which is not judged.
        """
        # Everything anew needs no search for the orders that the days touch.
        touched = SQL(
            """
            AND p.sale_id IN (
                SELECT q.sale_id FROM stock_picking q
                 WHERE q.sale_id IS NOT NULL
                   AND COALESCE(q.logistics_promise_date, q.date_deadline,
                                q.scheduled_date) >= %(first)s
                   AND COALESCE(q.logistics_promise_date, q.date_deadline,
                                q.scheduled_date) < %(last)s
                 UNION
                SELECT q.sale_id FROM stock_picking q
                 WHERE q.sale_id IS NOT NULL
                   AND COALESCE(q.date_delivered, q.date_done) >= %(first)s
                   AND COALESCE(q.date_delivered, q.date_done) < %(last)s)
            """,
            first=first,
            last=last,
        )
        return SQL(
            """
            SELECT l.id, x.warehouse_id, x.carrier_id, o.team_id, t.categ_id,
                   COALESCE(e.is_company, FALSE) AS business,
                   e.logistics_class AS customer_class %(more)s,
                   CASE WHEN x.promise < (NOW() AT TIME ZONE 'UTC') THEN x.promise END
                       AS promise,
                   x.arrival,
                   EXTRACT(EPOCH FROM x.arrival - o.date_order)::float / 86400 AS days,
                   x.arrival IS NOT NULL AND x.arrived AND x.arrival <= x.promise AS punctual,
                   x.done >= l.product_uom_qty * u.factor / NULLIF(pu.factor, 0) - 0.00001
                       AS whole
              FROM (
                SELECT m.sale_line_id,
                       MIN(COALESCE(p.logistics_promise_date, p.date_deadline,
                                    p.scheduled_date)) AS promise,
                       MAX(COALESCE(p.date_delivered, p.date_done))
                           FILTER (WHERE m.state = 'done') AS arrival,
                       BOOL_AND(p.date_delivered IS NOT NULL
                                OR p.logistics_under_way IS NOT TRUE)
                           FILTER (WHERE m.state = 'done') AS arrived,
                       COALESCE(SUM(m.quantity * m.product_qty
                                    / NULLIF(m.product_uom_qty, 0))
                           FILTER (WHERE m.state = 'done'), 0) AS done,
                       MIN(pt.warehouse_id) AS warehouse_id,
                       MIN(p.carrier_id) AS carrier_id
                  FROM stock_move m
                  JOIN stock_picking p ON p.id = m.picking_id
                  JOIN stock_picking_type pt ON pt.id = p.picking_type_id
                 WHERE pt.code = 'outgoing' AND p.company_id = %(company)s
                   AND p.sale_id IS NOT NULL AND m.sale_line_id IS NOT NULL
                   %(touched)s
              GROUP BY m.sale_line_id) x
              JOIN sale_order_line l ON l.id = x.sale_line_id
              JOIN sale_order o ON o.id = l.order_id AND o.state = 'sale'
              JOIN res_partner c ON c.id = o.partner_id
         LEFT JOIN res_partner e ON e.id = c.commercial_partner_id
              JOIN product_product pp ON pp.id = l.product_id
              JOIN product_template t ON t.id = pp.product_tmpl_id
              JOIN uom_uom u ON u.id = l.product_uom_id
              JOIN uom_uom pu ON pu.id = t.uom_id
             WHERE l.product_uom_qty > 0
            """,
            company=company.id,
            more=self._more("o"),
            touched=touched if first.year > FIRST_YEAR else SQL(),
        )

    def _sql_return(self, company, _first, _last):
        """Returns by request (rate, wrong articles) and by settlement (days)."""
        wrong = self.env.ref("crm_logistics_bridge.return_reason_wrong", False)
        return SQL(
            """
            SELECT r.id AS record_id, k.kpi, k.moment, pt.warehouse_id, p.carrier_id,
                   o.team_id, t.categ_id, COALESCE(e.is_company, FALSE) AS business,
                   e.logistics_class AS customer_class, k.numerator, k.denominator %(more)s
              FROM rma r
         LEFT JOIN sale_order o ON o.id = r.order_id
         LEFT JOIN stock_picking p ON p.id = r.picking_id
         LEFT JOIN stock_picking_type pt ON pt.id = p.picking_type_id
         LEFT JOIN product_product pp ON pp.id = r.product_id
         LEFT JOIN product_template t ON t.id = pp.product_tmpl_id
         LEFT JOIN res_partner c ON c.id = r.partner_id
         LEFT JOIN res_partner e ON e.id = c.commercial_partner_id
        CROSS JOIN LATERAL (VALUES
                ('return_rate', r.date, 1.0, 0.0, TRUE),
                ('pick_accuracy', r.date, -1.0, 0.0, r.logistics_reason_id = %(wrong)s),
                ('return_days', r.logistics_settled_date, r.logistics_days::float, 1.0, TRUE)
             ) AS k(kpi, moment, numerator, denominator, counts)
             WHERE r.company_id = %(company)s AND r.state != 'cancelled'
               AND r.origin_split_rma_id IS NULL
               AND k.counts AND k.moment IS NOT NULL
            """,
            company=company.id,
            wrong=wrong.id if wrong else 0,
            more=self._more("o"),
        )

    def _sql_ticket(self, company, first, last):
        """Tickets by opening (first answer) and by closing (resolution), in hours."""
        return SQL(
            """
            SELECT h.id AS record_id, k.kpi, k.moment, NULL::int AS warehouse_id,
                   NULL::int AS carrier_id, NULL::int AS team_id, NULL::int AS categ_id,
                   COALESCE(e.is_company, FALSE) AS business,
                   e.logistics_class AS customer_class, k.numerator, k.denominator %(more)s
              FROM helpdesk_ticket h
         LEFT JOIN res_partner e ON e.id = h.commercial_partner_id
         LEFT JOIN LATERAL (
                   SELECT MIN(m.date) AS date FROM mail_message m
                     JOIN res_users u ON u.partner_id = m.author_id AND NOT u.share
                    WHERE m.model = 'helpdesk.ticket' AND m.res_id = h.id
                      AND m.message_type IN ('comment', 'email_outgoing')
                      AND m.is_internal IS NOT TRUE
                      AND m.author_id IS DISTINCT FROM h.partner_id
                      AND m.date >= h.create_date) a ON TRUE
        CROSS JOIN LATERAL (VALUES
                ('first_response', h.create_date, a.date),
                ('resolution', h.closed_date, h.closed_date)
             ) AS v(kpi, moment, until)
        CROSS JOIN LATERAL (SELECT v.kpi, v.moment,
                   EXTRACT(EPOCH FROM v.until - h.create_date)::float / 3600 AS numerator,
                   1.0 AS denominator) k
             WHERE h.company_id = %(company)s AND h.active
               AND v.until IS NOT NULL AND v.until >= h.create_date
               AND (h.create_date >= %(first)s AND h.create_date < %(last)s
                    OR h.closed_date >= %(first)s AND h.closed_date < %(last)s)
            """,
            more=self._more(),
            company=company.id,
            first=first,
            last=last,
        )

    def _sql_rating(self, company, _first, _last):
        """Ratings of tickets and of deliveries, one to five."""
        return SQL(
            """
            SELECT r.id AS record_id, 'csat' AS kpi,
                   COALESCE(r.rated_on, r.write_date) AS moment,
                   pt.warehouse_id, p.carrier_id, o.team_id,
                   NULL::int AS categ_id, COALESCE(e.is_company, FALSE) AS business,
                   e.logistics_class AS customer_class,
                   r.rating::float AS numerator, 1.0 AS denominator %(more)s
              FROM rating_rating r
         LEFT JOIN helpdesk_ticket h ON r.res_model = 'helpdesk.ticket' AND h.id = r.res_id
         LEFT JOIN stock_picking p ON r.res_model = 'stock.picking' AND p.id = r.res_id
         LEFT JOIN stock_picking_type pt ON pt.id = p.picking_type_id
         LEFT JOIN sale_order o ON o.id = p.sale_id
         LEFT JOIN res_partner c ON c.id = r.partner_id
         LEFT JOIN res_partner e ON e.id = c.commercial_partner_id
             WHERE r.consumed AND r.rating >= 1
               AND COALESCE(h.company_id, p.company_id) = %(company)s
            """,
            more=self._more("o"),
            company=company.id,
        )

    def _sql_order(self, company, first, last):
        """Confirmed orders: whether the customer had ordered within a year before."""
        return SQL(
            """
            SELECT x.id AS record_id, 'repeat' AS kpi, x.moment, x.warehouse_id,
                   x.carrier_id, x.team_id, NULL::int AS categ_id, x.business,
                   x.customer_class,
                   (x.moment - x.before <= INTERVAL '365 days')::int::float AS numerator,
                   1.0 AS denominator %(more_x)s
              FROM (SELECT o.id, o.date_order AS moment, o.warehouse_id, o.carrier_id,
                           o.team_id, COALESCE(e.is_company, FALSE) AS business,
                           e.logistics_class AS customer_class %(more_o)s,
                           COALESCE(LAG(o.date_order) OVER (
                               PARTITION BY c.commercial_partner_id
                               ORDER BY o.date_order, o.id), '-infinity') AS before
                      FROM sale_order o
                      JOIN res_partner c ON c.id = o.partner_id
                 LEFT JOIN res_partner e ON e.id = c.commercial_partner_id
                     WHERE o.state = 'sale' AND o.company_id = %(company)s
                       AND o.date_order >= %(first)s::timestamp - INTERVAL '366 days'
                       AND o.date_order < %(last)s) x
            """,
            more_x=self._more("x"),
            more_o=self._more("o"),
            company=company.id,
            first=first,
            last=last,
        )
