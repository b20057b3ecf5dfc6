# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .logistics_privacy_target import ATTACHMENTS

#: Why a record is kept although it is old enough, the strongest reason first.
REASONS = [
    ("hold", "Legal hold"),
    ("open", "Open ticket or return"),
    ("invoice", "Invoice or invoiced order within the legal period"),
    ("dispute", "Complaint within the legal period"),
    ("error", "Could not be done"),
]
RMA_CLOSED = ("refunded", "replaced", "returned", "finished", "cancelled")


class LogisticsPrivacyTarget(models.AbstractModel):
    _inherit = "logistics.privacy.target"

    @api.model
    @api.private
    def _kept(self, rule, ids):
        """Which of these records have to be kept, and why; one statement.

        :return: dict id -> code of :data:`REASONS`
        """
        target = self._targets()[rule.target]
        keeps = () if rule.action == ATTACHMENTS else target.keeps
        return self._kept_rows(SQL(target.rows), ids, rule.company_id, keeps)

    @api.model
    @api.private
    def _kept_rows(self, rows, ids, company, keeps=("invoice", "dispute"), hold=True):
        """As :meth:`_kept`, for rows that a statement gives.

        :param SQL rows: columns id, ticket_id, order_id, rma_id, partner_id
        :param keeps: legal periods that count, besides holds and open disputes
        """
        if not ids:
            return {}
        self.env.flush_all()
        today = fields.Date.context_today(self)
        orders_since, disputes_since = (
            today - relativedelta(years=years)
            for years in (
                company.logistics_keep_order_years,
                company.logistics_keep_dispute_years,
            )
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT k.id, k.reason FROM (
                    SELECT x.id, CASE
                        WHEN %(hold)s AND (p.logistics_legal_hold OR c.logistics_legal_hold
                                           OR t.logistics_legal_hold) THEN 'hold'
                        WHEN %(open)s THEN 'open'
                        WHEN %(invoice)s THEN 'invoice'
                        WHEN %(dispute)s THEN 'dispute' END AS reason
                      FROM (%(rows)s WHERE r.id = ANY(%(ids)s)) x
                 LEFT JOIN helpdesk_ticket t ON t.id = x.ticket_id
                 LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                 LEFT JOIN rma a ON a.id = x.rma_id
                 LEFT JOIN sale_order o ON o.id = x.order_id
                 LEFT JOIN res_partner p ON p.id = COALESCE(
                           x.partner_id, t.partner_id, a.partner_id, o.partner_id)
                 LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
        CROSS JOIN LATERAL (SELECT ARRAY(
                    SELECT x.order_id WHERE x.order_id IS NOT NULL
                     UNION SELECT a.order_id WHERE a.order_id IS NOT NULL
                     UNION SELECT l.order_id FROM logistics_ticket_link l
                            WHERE l.ticket_id = x.ticket_id AND l.state = 'confirmed'
                              AND l.order_id IS NOT NULL
                     UNION SELECT h.sale_order_id FROM helpdesk_ticket_sale_order_rel h
                            WHERE h.helpdesk_ticket_id = x.ticket_id) AS orders) d
                    ) k WHERE k.reason IS NOT NULL
                    """,
                    rows=rows,
                    ids=list(ids),
                    hold=hold,
                    open=self._sql_open(),
                    invoice=self._sql_invoice(orders_since)
                    if "invoice" in keeps and company.logistics_keep_order_years
                    else SQL("FALSE"),
                    dispute=self._sql_dispute(disputes_since)
                    if "dispute" in keeps and company.logistics_keep_dispute_years
                    else SQL("FALSE"),
                )
            )
        )

    def _sql_open(self):
        """The record's own ticket or return is open, or one about its orders."""
        return SQL(
            """
            t.id IS NOT NULL AND s.closed IS NOT TRUE
            OR a.id IS NOT NULL AND a.state != ALL(%(closed)s)
            OR EXISTS (SELECT 1 FROM logistics_ticket_link l JOIN rma b ON b.id = l.rma_id
                        WHERE l.ticket_id = x.ticket_id AND l.state = 'confirmed'
                          AND b.state != ALL(%(closed)s))
            OR EXISTS (SELECT 1 FROM rma b WHERE b.order_id = ANY(d.orders)
                          AND b.state != ALL(%(closed)s))
            OR x.ticket_id IS NULL AND EXISTS (
                       SELECT 1 FROM logistics_ticket_link l
                         JOIN helpdesk_ticket q ON q.id = l.ticket_id
                    LEFT JOIN helpdesk_ticket_stage z ON z.id = q.stage_id
                        WHERE l.order_id = ANY(d.orders) AND l.state = 'confirmed'
                          AND q.active AND z.closed IS NOT TRUE)
            """,
            closed=list(RMA_CLOSED),
        )

    def _sql_invoice(self, since):
        return SQL(
            """
            EXISTS (SELECT 1 FROM logistics_ticket_link l
                      JOIN account_move m ON m.id = l.invoice_id
                     WHERE l.ticket_id = x.ticket_id AND l.state = 'confirmed'
                       AND m.state = 'posted' AND m.invoice_date >= %(since)s)
            OR EXISTS (SELECT 1 FROM sale_order_line v
                         JOIN sale_order_line_invoice_rel w ON w.order_line_id = v.id
                         JOIN account_move_line n ON n.id = w.invoice_line_id
                         JOIN account_move m ON m.id = n.move_id
                        WHERE v.order_id = ANY(d.orders)
                          AND m.state = 'posted' AND m.invoice_date >= %(since)s)
            """,
            since=since,
        )

    def _sql_dispute(self, since):
        """Complaints about goods: closed tickets with a confirmed document, and returns."""
        return SQL(
            """
            a.logistics_settled_date >= %(since)s
            OR t.closed_date >= %(since)s AND (
               CARDINALITY(d.orders) > 0
               OR EXISTS (SELECT 1 FROM logistics_ticket_link l
                           WHERE l.ticket_id = t.id AND l.state = 'confirmed'))
            """,
            since=since,
        )
