# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from .eta.stock_picking import UNDATED

ORDER_LIMIT = ARRIVAL_LIMIT = RETURN_LIMIT = 10
DELIVERED_LIMIT = 5
#: States of a return that is not over.
RMA_OPEN = ("draft", "confirmed", "received", "waiting_return", "waiting_replacement")


class LogisticsOverview(models.AbstractModel):
    """Orders, deliveries and returns of the overview; the gate is logistics_overview.py."""

    _inherit = "logistics.overview"

    # -- orders -------------------------------------------------------------
    def _open_orders(self, scope):
        rows = self._rows(
            SQL(
                """
                SELECT x.*, COALESCE(l.progress, 0) AS progress FROM (
                    SELECT o.id, o.name, o.date_order AS date, o.amount_total, o.currency_id,
                           o.delivery_status, o.logistics_eta_date AS eta,
                           o.logistics_eta_latest_date AS latest,
                           o.logistics_promise_date AS promise,
                           COALESCE(o.logistics_late, FALSE) AS late,
                           o.logistics_late_reason AS reason,
                           COUNT(*) OVER () AS total
                      FROM sale_order o
                     WHERE o.partner_id = ANY(%(contacts)s)
                       AND o.company_id = ANY(%(companies)s)
                       AND o.state = 'sale'
                       AND o.delivery_status IN ('pending', 'started', 'partial')
                  ORDER BY COALESCE(o.logistics_late, FALSE) DESC, o.date_order DESC, o.id DESC
                     LIMIT %(limit)s
                ) x LEFT JOIN LATERAL (
                    SELECT 100 * SUM(LEAST(s.qty_delivered, s.product_uom_qty))
                           / NULLIF(SUM(s.product_uom_qty), 0) AS progress
                      FROM sale_order_line s
                      JOIN product_product pp ON pp.id = s.product_id
                      JOIN product_template pt ON pt.id = pp.product_tmpl_id
                     WHERE s.order_id = x.id AND s.display_type IS NULL
                       AND pt.type = 'consu' AND s.product_uom_qty > 0
                ) l ON TRUE
                ORDER BY x.late DESC, x.date DESC, x.id DESC
                """,
                limit=ORDER_LIMIT,
                **scope,
            )
        )
        total = rows[0]["total"] if rows else 0
        for row in rows:
            row.pop("total")
            row["progress"] = round(row["progress"])
            row["amount"] = row.pop("amount_total")
            row["status"] = self._label(
                "sale.order", "delivery_status", row.pop("delivery_status")
            )
            row["reason"] = self._label(
                "stock.picking", "logistics_late_reason", row["reason"]
            )
            self._dates(row, "date", "eta", "latest", "promise")
        return rows, total

    def _delivered_orders(self, scope):
        """The last orders delivered in full: what may have to be sent again."""
        rows = self._rows(
            SQL(
                """
                WITH mine AS MATERIALIZED (
                    SELECT o.id, o.name, o.effective_date AS date, o.date_order
                      FROM sale_order o
                     WHERE o.partner_id = ANY(%(contacts)s)
                       AND o.company_id = ANY(%(companies)s)
                       AND o.state = 'sale' AND o.delivery_status = 'full'
                       AND o.date_order > %(since)s)
                SELECT id, name, date FROM mine
              ORDER BY date_order DESC, id DESC LIMIT %(limit)s
                """,
                since=fields.Datetime.subtract(fields.Datetime.now(), days=90),
                limit=DELIVERED_LIMIT,
                **scope,
            )
        )
        for row in rows:
            self._dates(row, "date")
        return rows

    # -- what is on its way --------------------------------------------------
    def _arrivals(self, scope):
        rows = self._rows(
            SQL(
                """
                -- orders with something open; resends of the others
                WITH mine AS MATERIALIZED (
                    SELECT o.id, o.name,
                           o.logistics_under_way IS TRUE OR o.delivery_status
                               IN ('pending', 'started', 'partial') AS open
                      FROM sale_order o
                     WHERE o.partner_id = ANY(%(contacts)s)
                       AND o.company_id = ANY(%(companies)s) AND o.state = 'sale')
                SELECT p.id, p.name, o.id AS order_id, o.name AS order_name, p.state,
                       p.logistics_resend_order_id IS NOT NULL AS resent,
                       p.delivery_state, p.logistics_eta_date AS eta,
                       p.logistics_eta_latest_date AS latest,
                       p.logistics_promise_date AS promise,
                       COALESCE(p.logistics_late, FALSE) AS late,
                       p.logistics_late_reason AS reason,
                       p.logistics_eta_source AS source,
                       COALESCE(c.name ->> %(lang)s, c.name ->> 'en_US') AS carrier,
                       p.carrier_tracking_ref AS tracking,
                       w.name AS warehouse,
                       COUNT(*) FILTER (WHERE p.logistics_late) OVER () AS late_total
                  FROM mine o
                  JOIN LATERAL (
                       SELECT * FROM stock_picking WHERE sale_id = o.id AND o.open
                    UNION ALL
                       SELECT * FROM stock_picking
                        WHERE logistics_resend_order_id = o.id
                       ) p ON TRUE
                  JOIN stock_picking_type t ON t.id = p.picking_type_id
             LEFT JOIN delivery_carrier c ON c.id = p.carrier_id
             LEFT JOIN stock_warehouse w ON w.id = t.warehouse_id
                 WHERE (t.code IN ('outgoing', 'dropship')
                        OR t.code = 'internal' AND p.logistics_eta_source IS NOT NULL)
                   AND (p.state IN ('waiting', 'confirmed', 'assigned')
                        OR p.logistics_under_way)
              ORDER BY COALESCE(p.logistics_late, FALSE) DESC,
                       p.logistics_eta_date NULLS LAST, p.id
                 LIMIT %(limit)s
                """,
                lang=self.env.lang or "en_US",
                limit=ARRIVAL_LIMIT,
                **scope,
            )
        )
        missing = self.env["stock.picking"]._logistics_missing_names(
            [row["id"] for row in rows if row["state"] != "done"]
        )
        late_total = rows[0]["late_total"] if rows else 0
        for row in rows:
            row.pop("late_total")
            row["missing"] = missing.get(row["id"], [])
            row["under_way"] = row["state"] == "done"
            row["status"] = (
                self._label("stock.picking", "delivery_state", row["delivery_state"])
                if row["state"] == "done"
                else self._label("stock.picking", "state", row["state"])
            )
            row.pop("delivery_state"), row.pop("state")
            row["reason"] = self._label(
                "stock.picking", "logistics_late_reason", row["reason"]
            )
            row["undated"] = row["source"] in UNDATED
            row["basis"] = self._label(
                "stock.picking", "logistics_eta_source", row.pop("source")
            )
            row["tracking"] = row["tracking"] or ""
            self._dates(row, "eta", "latest", "promise")
        return rows, late_total

    # -- what comes back -----------------------------------------------------
    def _returns(self, scope):
        rows = self._rows(
            SQL(
                """
                (SELECT 'rma' AS model, r.id, r.name, r.date, r.state,
                        r.product_uom_qty AS quantity, r.order_id, o.name AS order_name,
                        COALESCE(t.name ->> %(lang)s, t.name ->> 'en_US') AS product
                   FROM rma r
              LEFT JOIN sale_order o ON o.id = r.order_id
              LEFT JOIN product_product p ON p.id = r.product_id
              LEFT JOIN product_template t ON t.id = p.product_tmpl_id
                  WHERE r.partner_id = ANY(%(contacts)s)
                    AND r.company_id = ANY(%(companies)s) AND r.state = ANY(%(open)s)
               ORDER BY r.date DESC LIMIT %(limit)s)
              UNION ALL
                (SELECT 'stock.picking', p.id, p.name, p.scheduled_date, p.state, NULL,
                        o.id, o.name, NULL
                   FROM stock_picking p
                   JOIN stock_picking_type t ON t.id = p.picking_type_id
              LEFT JOIN sale_order o ON o.id = p.sale_id
                  WHERE p.partner_id = ANY(%(contacts)s)
                    AND p.company_id = ANY(%(companies)s)
                    AND p.return_id IS NOT NULL AND t.code = 'incoming'
                    AND p.state IN ('waiting', 'confirmed', 'assigned')
                    -- a return order already shows its own receipt
                    AND NOT EXISTS (SELECT 1 FROM stock_move m
                                      JOIN rma r ON r.reception_move_id = m.id
                                     WHERE m.picking_id = p.id)
               ORDER BY p.scheduled_date LIMIT %(limit)s)
                """,
                lang=self.env.lang or "en_US",
                open=list(RMA_OPEN),
                limit=RETURN_LIMIT,
                **scope,
            )
        )
        for row in rows:
            row["status"] = self._label(row["model"], "state", row.pop("state"))
            row["quantity"] = row["quantity"] or 0
            row["product"] = row["product"] or ""
            row["order_name"] = row["order_name"] or ""
            self._dates(row, "date")
        return rows
