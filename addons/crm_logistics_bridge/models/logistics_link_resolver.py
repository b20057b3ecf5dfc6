# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools
from odoo.tools import SQL

from ..engine.references import Pattern

#: Steps inside the warehouse have numbers, but customers never see them.
VISIBLE_CODES = ("outgoing", "incoming", "dropship")


class LogisticsLinkResolver(models.AbstractModel):
    """Looks references up inside what one customer may see.

    Every query is bound to the commercial entity and the company of the ticket. A
    number of another customer is therefore simply not found: no link, no trace.
    """

    _name = "logistics.link.resolver"
    _description = "Resolve References of a Customer"

    @api.model
    @api.private
    def _patterns(self, companies):
        """Numbering of the companies: {company id: tuple of engine patterns}."""
        return {
            company_id: tuple(Pattern(*series) for series in found)
            for company_id, found in self._numbering(tuple(companies.ids)).items()
        }

    @api.model
    @tools.ormcache("company_ids")
    def _numbering(self, company_ids):
        """{company id: ((kind, prefix, padding), ...)}; numbering rarely changes."""
        companies = self.env["res.company"].browse(company_ids)
        own = [("company_id", "in", [*companies.ids, False])]
        series = {company.id: [] for company in companies}

        def add(company, kind, prefix, padding):
            for company_id in company.ids or companies.ids:
                pattern = (kind, prefix or "", padding)
                if company_id in series and pattern not in series[company_id]:
                    series[company_id].append(pattern)

        kinds = {"sale.order": "order", "rma": "rma"}
        for sequence in self.env["ir.sequence"].search(
            [("code", "in", list(kinds)), *own], order="company_id, id"
        ):
            add(
                sequence.company_id,
                kinds[sequence.code],
                sequence.prefix,
                sequence.padding,
            )
        for picking_type in self.env["stock.picking.type"].search(
            [("code", "in", VISIBLE_CODES), ("company_id", "in", companies.ids)],
            # Deliveries first: a bare "delivery no. 12" means the first of them.
            order="code desc, sequence, id",
        ):
            sequence = picking_type.sequence_id
            if sequence.prefix:
                add(
                    picking_type.company_id,
                    "picking",
                    sequence.prefix,
                    sequence.padding,
                )
        # Invoices are numbered by their journal: INV/2026/00001, INV/2026/11/0001.
        for journal in self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "in", companies.ids)]
        ):
            add(journal.company_id, "invoice", f"{journal.code}/%(year)s/", 5)
            add(journal.company_id, "invoice", f"{journal.code}/%(year)s/%(month)s/", 4)
        return {company_id: tuple(found) for company_id, found in series.items()}

    @api.model
    @api.private
    @tools.ormcache("company_id")
    def _ticket_numbering(self, company_id):
        """((prefix, padding), ...) of the tickets' own numbers."""
        sequences = self.env["ir.sequence"].search(
            [
                ("code", "=", "helpdesk.ticket.sequence"),
                ("company_id", "in", [company_id, False]),
            ]
        )
        return tuple((s.prefix or "", s.padding) for s in sequences)

    @api.model
    @api.private
    def _resolve(self, requests):
        """Find the documents of the requested references.

        :param requests: iterable of (commercial partner id, company id, kind, value)
        :return: {request: [(link kind, record id, name)]}; nothing for what the
            customer may not see. At most one query per kind.
        """
        found, by_kind = {}, {}
        for request in requests:
            by_kind.setdefault(request[2], []).append(request)
        for kind, wanted in by_kind.items():
            for partner, company, value, *document in self.env.execute_query(
                self._document_sql(kind, wanted)
            ):
                found.setdefault((partner, company, kind, value), []).append(
                    tuple(document)
                )
        return found

    def _document_sql(self, kind, wanted):
        """Rows (partner, company, value, link kind, id, name) of one kind's requests."""
        target, documents, condition = self._searches()[kind]
        return SQL(
            """
            SELECT DISTINCT q.partner, q.company, q.value, %(target)s, d.id, d.name
              FROM unnest(%(partners)s::int[], %(companies)s::int[], %(values)s::varchar[])
                   AS q(partner, company, value)
              JOIN res_partner c ON c.commercial_partner_id = q.partner
              JOIN %(documents)s
             WHERE d.company_id = q.company AND %(condition)s
            """,
            target=target,
            # unnest keeps the statement the same whatever the number of tickets
            partners=[request[0] for request in wanted],
            companies=[request[1] for request in wanted],
            values=[request[3] for request in wanted],
            documents=documents,
            condition=condition,
        )

    def _searches(self):
        """What is searched for: {kind: (link kind, table d of contact c, condition)}."""
        orders = SQL("sale_order d ON d.partner_id = c.id AND d.state != 'draft'")
        # Goods ordered by one customer and sent to another belong to the one who
        # ordered; only without an order do they belong to the address.
        pickings = SQL(
            """
            LATERAL (
                 SELECT p.* FROM sale_order o JOIN stock_picking p ON p.sale_id = o.id
                  WHERE o.partner_id = c.id
              UNION ALL
                 SELECT p.* FROM stock_picking p
                  WHERE p.partner_id = c.id AND p.sale_id IS NULL
                 ) d ON TRUE
              JOIN stock_picking_type t ON t.id = d.picking_type_id AND t.code = ANY(%s)
            """,
            list(VISIBLE_CODES),
        )
        lots = SQL(
            """
            %s JOIN stock_move_line l ON l.picking_id = d.id
               JOIN stock_lot b ON b.id = l.lot_id
            """,
            pickings,
        )
        by_name = SQL("d.name = q.value")
        return {
            "order": ("order", orders, by_name),
            "customer_ref": (
                "order",
                orders,
                SQL("UPPER(d.client_order_ref) = q.value"),
            ),
            "picking": ("picking", pickings, by_name),
            "tracking": (
                "picking",
                pickings,
                SQL(
                    r"UPPER(REGEXP_REPLACE(d.carrier_tracking_ref, '[\s-]', '', 'g')) = q.value"
                ),
            ),
            "lot": ("picking", lots, SQL("UPPER(b.name) = q.value")),
            "rma": ("rma", SQL("rma d ON d.partner_id = c.id"), by_name),
            "invoice": (
                "invoice",
                SQL(
                    """
                    account_move d ON d.partner_id = c.id AND d.state = 'posted'
                         AND d.move_type IN ('out_invoice', 'out_refund')
                    """
                ),
                by_name,
            ),
        }

    def _rows(self, wanted, query):
        """Rows of a query, which is not asked for nothing."""
        return self.env.execute_query(query) if wanted else []

    @api.model
    @api.private
    def _related_documents(self, order_ids, picking_ids):
        """Deliveries of orders and orders of deliveries; at most two queries.

        Of an order: its open deliveries, or the last one when nothing is open.

        :return: ({order id: [(picking id, name)]}, {picking id: (order id, name)})
        """
        pickings, orders = {}, {}
        for order_id, picking_id, name in self._rows(
            order_ids,
            SQL(
                """
                SELECT sale_id, id, name FROM (
                    SELECT p.sale_id, p.id, p.name,
                           p.state = 'done' AS done,
                           ROW_NUMBER() OVER (PARTITION BY p.sale_id
                               ORDER BY p.state = 'done', p.date_done DESC NULLS LAST,
                                        p.id DESC) AS place
                      FROM stock_picking p
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                     WHERE p.sale_id = ANY(%s) AND t.code = ANY(%s)
                       AND p.state NOT IN ('cancel', 'draft') AND p.return_id IS NULL
                ) x WHERE NOT done OR place = 1
                """,
                order_ids,
                ["outgoing", "dropship"],
            ),
        ):
            pickings.setdefault(order_id, []).append((picking_id, name))
        for picking_id, order_id, name in self._rows(
            picking_ids,
            SQL(
                """
                SELECT p.id, o.id, o.name FROM stock_picking p
                  JOIN sale_order o ON o.id = p.sale_id
                 WHERE p.id = ANY(%s)
                """,
                picking_ids,
            ),
        ):
            orders[picking_id] = (order_id, name)
        return pickings, orders

    @api.model
    @api.private
    def _recent_orders(self, requests, limit=3):
        """Open or recently delivered orders of customers, newest open ones first.

        :param requests: iterable of (commercial partner id, company id, since date)
        :return: {(partner id, company id): [(order id, name, is open)]}; one query
        """
        requests = list(requests)
        found = {}
        for partner, company, order_id, name, is_open in self.env.execute_query(
            SQL(
                """
                SELECT partner, company, id, name, is_open FROM (
                    SELECT q.partner, q.company, o.id, o.name, o.is_open,
                           ROW_NUMBER() OVER (PARTITION BY q.partner, q.company
                               ORDER BY o.is_open DESC, o.date_order DESC, o.id DESC) AS place
                      FROM unnest(%s::int[], %s::int[], %s::timestamp[])
                           AS q(partner, company, since)
                      JOIN res_partner c ON c.commercial_partner_id = q.partner
                      JOIN LATERAL (
                           SELECT o.id, o.name, o.date_order, o.company_id,
                                  COALESCE(o.delivery_status, 'full') != 'full' AS is_open
                             FROM sale_order o
                            WHERE o.partner_id = c.id AND o.state = 'sale'
                              AND (COALESCE(o.delivery_status, 'full') != 'full'
                                   OR o.effective_date >= q.since)
                           ) o ON o.company_id = q.company
                ) x WHERE place <= %s
                """,
                [request[0] for request in requests],
                [request[1] for request in requests],
                [request[2] for request in requests],
                limit,
            )
        ):
            found.setdefault((partner, company), []).append((order_id, name, is_open))
        return found
