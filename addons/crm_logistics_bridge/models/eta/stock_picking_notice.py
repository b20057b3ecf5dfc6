# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .stock_picking import UNDATED


class StockPicking(models.Model):
    """One notice per slip."""

    _inherit = "stock.picking"

    @api.model
    @api.private
    def _logistics_send_notices(self, companies):
        """Tell each customer once that a delivery slips; returns the notices."""
        Run = self.env["logistics.job.run"]
        notices = self.env["logistics.delay.notice"]
        for company in companies.filtered("logistics_delay_notice"):
            with Run.track("notice", company) as figures:
                slips = self._logistics_slips(company)
                if slips:
                    notices |= self._logistics_tell(company, slips)
                figures["rows"] = len(slips)
        return notices

    @api.model
    @api.private
    def _logistics_slips(self, company):
        """Deliveries that slip past what their customer counts on; one query.

        A first slip passes the promise. A further one passes the date told, needs a
        new date to tell, and waits for the company's least time between two notices.
        In a customer's quiet hours nothing is told; it is told after them if it still
        holds then.

        :return: list of dicts with id, order, partner, baseline, eta, told, dated
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id, p.sale_id AS order, COALESCE(o.partner_id, p.partner_id) AS partner,
                       COALESCE(p.logistics_told_date, p.logistics_promise_date) AS baseline,
                       p.logistics_eta_date AS eta,
                       -- without a date, the customer counts on nothing before now
                       COALESCE(GREATEST(p.logistics_eta_date, p.logistics_eta_latest_date),
                                GREATEST(p.logistics_promise_date, %(now)s)) AS told,
                       p.logistics_eta_source != ALL(%(undated)s) AS dated
                  FROM stock_picking p
             LEFT JOIN sale_order o ON o.id = p.sale_id
             LEFT JOIN res_partner c ON c.id = COALESCE(o.partner_id, p.partner_id)
            CROSS JOIN LATERAL (
                       SELECT EXTRACT(epoch FROM (%(now)s::timestamp AT TIME ZONE 'UTC'
                              AT TIME ZONE COALESCE(c.tz, %(zone)s))::time) / 3600 AS hour
                       ) local
                 WHERE p.company_id = %(company)s AND p.logistics_late
                   AND p.logistics_promise_date IS NOT NULL
                   AND COALESCE(o.partner_id, p.partner_id) IS NOT NULL
                   AND (p.logistics_told_date IS NULL
                        OR p.logistics_eta_source != ALL(%(undated)s)
                           AND p.logistics_eta_date
                               > p.logistics_told_date + %(grace)s * INTERVAL '1 hour'
                           AND NOT EXISTS (
                               SELECT 1 FROM logistics_delay_notice n
                                WHERE (n.picking_id = p.id OR n.order_id = p.sale_id)
                                  AND n.date > %(recent)s))
                   AND NOT EXISTS (
                       SELECT 1 FROM logistics_delay_notice n
                        WHERE n.picking_id = p.id
                          AND n.baseline_date = COALESCE(p.logistics_told_date,
                                                         p.logistics_promise_date))
                   AND NOT CASE
                       WHEN %(quiet_from)s < %(quiet_to)s
                       THEN local.hour >= %(quiet_from)s AND local.hour < %(quiet_to)s
                       ELSE %(quiet_from)s > %(quiet_to)s
                            AND (local.hour >= %(quiet_from)s OR local.hour < %(quiet_to)s)
                       END
              ORDER BY p.sale_id, p.id
                """,
                company=company.id,
                grace=company.logistics_eta_grace_hours,
                undated=list(UNDATED),
                quiet_from=company.logistics_quiet_from,
                quiet_to=company.logistics_quiet_to,
                zone=company.partner_id.tz or "UTC",
                now=now,
                recent=fields.Datetime.subtract(
                    now, hours=company.logistics_delay_notice_hours
                ),
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    @api.private
    def _logistics_tell(self, company, slips):
        """Record the slips and send one message per order."""
        pickings = self.browse([slip["id"] for slip in slips])
        reasons = pickings._logistics_reason_texts()
        notices = (
            self.env["logistics.delay.notice"]
            .sudo()
            .create(
                [
                    {
                        "company_id": company.id,
                        "picking_id": slip["id"],
                        "order_id": slip["order"],
                        "partner_id": slip["partner"],
                        "baseline_date": slip["baseline"],
                        "eta_date": slip["eta"],
                        "told_date": slip["told"],
                        "dated": slip["dated"],
                        "reason": reasons[slip["id"]],
                    }
                    for slip in slips
                ]
            )
        )
        self._logistics_store_told(pickings.ids, [slip["told"] for slip in slips])
        heads = {}
        for notice in notices:
            key = notice.order_id or notice.picking_id
            if key in heads:
                notice.parent_id = heads[key]
            else:
                heads[key] = notice
        first = notices.filtered(lambda notice: not notice.parent_id)
        first._send()
        return notices

    @api.model
    @api.private
    def _logistics_store_told(self, ids, dates):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking p SET logistics_told_date = v.told
                  FROM unnest(%s::int[], %s::timestamp[]) AS v(id, told)
                 WHERE p.id = v.id
                """,
                ids,
                dates,
            )
        )
        self.browse(ids).invalidate_recordset(["logistics_told_date"], flush=False)

    @api.model
    @api.private
    def _logistics_mark_told(self, companies):
        """Deliveries that are late already count as told: no storm of old news."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking
                   SET logistics_told_date = COALESCE(
                           GREATEST(logistics_eta_date, logistics_eta_latest_date),
                           GREATEST(logistics_promise_date, %s))
                 WHERE company_id = ANY(%s) AND logistics_late
                   AND logistics_told_date IS NULL
                """,
                fields.Datetime.now(),
                companies.ids,
            )
        )
        self.invalidate_model(["logistics_told_date"])
