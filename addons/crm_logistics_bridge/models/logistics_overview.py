# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, formatLang

from .stock_picking import UNDER_WAY

ORDER_LIMIT = ARRIVAL_LIMIT = TICKET_LIMIT = RETURN_LIMIT = 10
#: States of a return that is not over.
RMA_OPEN = ("draft", "confirmed", "received", "waiting_return", "waiting_replacement")
#: Usual carrier and warehouse are read from so many last orders.
HABIT_ORDERS = 100


class LogisticsOverview(models.AbstractModel):
    """What an agent sees of a customer, on one screen and in one call.

    Agents often have no rights on orders, stock or accounting. The gate is here: the
    group, and the right to read the customer. Behind it the statements below read a
    white list of columns, always bound to that customer and the user's companies.
    Costs and margins are not on the list. The number of queries does not depend on
    the number of orders.
    """

    _name = "logistics.overview"
    _description = "Customer Overview"

    @api.model
    @api.private
    def _overview(self, partner):
        """Overview of a customer.

        :param partner: any contact; the whole commercial entity is shown
        :return: JSON-able dict (keys as in the OWL component overview.esm.js)
        :raises AccessError: not in the viewer group, or may not read the partner
        """
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_viewer"):
            raise AccessError(
                self.env._(
                    "The customer overview needs the group Customer Logistics: Viewer."
                )
            )
        partner.check_access("read")
        self.env.flush_all()
        # sudo: the entity above a readable contact, and its contacts, as ids and name
        customer = partner.sudo().commercial_partner_id
        scope = {
            "contacts": [
                row[0]
                for row in self.env.execute_query(
                    SQL(
                        "SELECT id FROM res_partner WHERE commercial_partner_id = %s",
                        customer.id,
                    )
                )
            ],
            "companies": self.env.companies.ids,
        }
        orders, order_count = self._open_orders(scope)
        arrivals, late_count = self._arrivals(scope)
        returns = self._returns(scope)
        tickets, ticket_count = self._tickets(customer)
        self._mark_readable(orders, arrivals, returns)
        return {
            "partner": {
                "id": customer.id,
                "name": customer.name,
                "phone": customer.phone or "",
                "email": customer.email or "",
            },
            "counts": {
                "orders": order_count,
                "late": late_count,
                "returns": len(returns),
                "tickets": ticket_count,
            },
            "orders": orders,
            "arrivals": arrivals,
            "returns": returns,
            "tickets": tickets,
            "value": self._value(scope),
            "habits": self._habits(scope),
            "can_return": self.env["rma"].has_access("create"),
        }

    def _rows(self, query):
        """Rows of a statement as dicts; the statement names its columns."""
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _label(self, model, field, value):
        return dict(
            self.env[model]._fields[field]._description_selection(self.env)
        ).get(value, "")

    def _money(self, amount, currency_id):
        currency = self.env["res.currency"].browse(currency_id)
        return formatLang(self.env, amount or 0.0, currency_obj=currency)

    @staticmethod
    def _dates(row, *names):
        for name in names:
            row[name] = fields.Datetime.to_string(row[name]) if row[name] else False

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
            row["amount"] = self._money(row.pop("amount_total"), row.pop("currency_id"))
            row["status"] = self._label(
                "sale.order", "delivery_status", row.pop("delivery_status")
            )
            row["reason"] = self._label(
                "stock.picking", "logistics_late_reason", row["reason"]
            )
            self._dates(row, "date", "eta", "latest", "promise")
        return rows, total

    # -- what is on its way --------------------------------------------------
    def _arrivals(self, scope):
        rows = self._rows(
            SQL(
                """
                SELECT p.id, p.name, o.id AS order_id, o.name AS order_name, p.state,
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
                  FROM (SELECT o.id, o.name FROM sale_order o
                         WHERE o.partner_id = ANY(%(contacts)s)
                           AND o.company_id = ANY(%(companies)s)
                           AND o.state = 'sale') o
                  JOIN stock_picking p ON p.sale_id = o.id
                  JOIN stock_picking_type t ON t.id = p.picking_type_id
             LEFT JOIN delivery_carrier c ON c.id = p.carrier_id
             LEFT JOIN stock_warehouse w ON w.id = t.warehouse_id
                 WHERE t.code IN ('outgoing', 'dropship')
                   AND (p.state IN ('waiting', 'confirmed', 'assigned')
                        OR p.state = 'done' AND p.date_delivered IS NULL
                           AND p.delivery_state = ANY(%(under_way)s))
              ORDER BY COALESCE(p.logistics_late, FALSE) DESC,
                       p.logistics_eta_date NULLS LAST, p.id
                 LIMIT %(limit)s
                """,
                lang=self.env.lang or "en_US",
                under_way=list(UNDER_WAY),
                limit=ARRIVAL_LIMIT,
                **scope,
            )
        )
        missing = self._missing_products(
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
            row["beyond"] = row["source"] == "beyond"
            row["basis"] = self._label(
                "stock.picking", "logistics_eta_source", row.pop("source")
            )
            row["tracking"] = row["tracking"] or ""
            self._dates(row, "eta", "latest", "promise")
        return rows, late_total

    def _missing_products(self, picking_ids):
        """Names of the products that hold deliveries up: {picking id: [name]}."""
        missing = {}
        if not picking_ids:
            return missing
        for row in self._rows(
            SQL(
                """
                SELECT DISTINCT m.picking_id,
                       COALESCE(t.name ->> %s, t.name ->> 'en_US') AS name
                  FROM stock_move m
                  JOIN product_product p ON p.id = m.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 WHERE m.picking_id = ANY(%s)
                   AND m.state IN ('confirmed', 'partially_available')
              ORDER BY m.picking_id, 2
                """,
                self.env.lang or "en_US",
                picking_ids,
            )
        ):
            names = missing.setdefault(row["picking_id"], [])
            if len(names) < 3:
                names.append(row["name"])
        return missing

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

    # -- tickets: with the rights of the user ---------------------------------
    def _tickets(self, customer):
        Ticket = self.env["helpdesk.ticket"]
        domain = [
            ("commercial_partner_id", "=", customer.id),
            ("stage_id.closed", "=", False),
            ("company_id", "in", self.env.companies.ids),
        ]
        tickets = Ticket.search_fetch(
            domain,
            ["number", "name", "priority", "stage_id", "user_id", "create_date"],
            limit=TICKET_LIMIT + 1,
        )
        count = len(tickets)
        if count > TICKET_LIMIT:
            tickets, count = tickets[:TICKET_LIMIT], Ticket.search_count(domain)
        deadlines = {}
        if tickets:
            deadlines = {
                row["ticket_id"]: row
                for row in self._rows(
                    SQL(
                        """
                        SELECT ticket_id,
                               MIN(deadline) FILTER (WHERE state = 'in_progress') AS deadline,
                               BOOL_OR(state = 'expired' OR state = 'in_progress'
                                       AND deadline < %s) AS expired
                          FROM helpdesk_ticket_sla WHERE ticket_id = ANY(%s)
                      GROUP BY ticket_id
                        """,
                        fields.Datetime.now(),
                        tickets.ids,
                    )
                )
            }
        # stage and user names belong to the tickets that the user may read
        return [
            {
                "id": ticket.id,
                "number": ticket.number,
                "name": ticket.name,
                "priority": int(ticket.priority or 0),
                "stage": ticket.stage_id.sudo().name or "",
                "user": ticket.user_id.sudo().name or "",
                "date": fields.Datetime.to_string(ticket.create_date),
                "sla_deadline": fields.Datetime.to_string(
                    deadlines.get(ticket.id, {}).get("deadline") or False
                ),
                "sla_expired": bool(deadlines.get(ticket.id, {}).get("expired")),
            }
            for ticket in tickets
        ], count

    # -- value and habits ------------------------------------------------------
    def _value(self, scope):
        """Confirmed sales per currency, all time and last twelve months."""
        year_ago = fields.Datetime.subtract(fields.Datetime.now(), years=1)
        rows = self._rows(
            SQL(
                """
                SELECT o.currency_id, COUNT(*) AS orders, SUM(o.amount_total) AS total,
                       SUM(o.amount_total) FILTER (WHERE o.date_order >= %(since)s) AS year,
                       MIN(o.date_order) AS first, MAX(o.date_order) AS last
                  FROM sale_order o
                 WHERE o.partner_id = ANY(%(contacts)s)
                   AND o.company_id = ANY(%(companies)s) AND o.state = 'sale'
              GROUP BY o.currency_id ORDER BY COUNT(*) DESC, o.currency_id
                """,
                since=year_ago,
                **scope,
            )
        )
        for row in rows:
            currency_id = row.pop("currency_id")
            row["total"] = self._money(row["total"], currency_id)
            row["year"] = self._money(row["year"], currency_id)
            self._dates(row, "first", "last")
        return rows

    def _habits(self, scope):
        """Carrier and warehouse of the last deliveries, with their share."""
        rows = self._rows(
            SQL(
                """
                WITH recent AS (
                    SELECT p.carrier_id, t.warehouse_id
                      FROM (SELECT o.id FROM sale_order o
                             WHERE o.partner_id = ANY(%(contacts)s)
                               AND o.company_id = ANY(%(companies)s) AND o.state = 'sale'
                          ORDER BY o.date_order DESC LIMIT %(limit)s) o
                      JOIN stock_picking p ON p.sale_id = o.id AND p.state = 'done'
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                     WHERE t.code = 'outgoing')
                (SELECT 'carrier' AS habit,
                        COALESCE(c.name ->> %(lang)s, c.name ->> 'en_US') AS name,
                        COUNT(*) AS times, (SELECT COUNT(*) FROM recent) AS total
                   FROM recent JOIN delivery_carrier c ON c.id = recent.carrier_id
               GROUP BY c.id ORDER BY COUNT(*) DESC, c.id LIMIT 1)
              UNION ALL
                (SELECT 'warehouse', w.name, COUNT(*), (SELECT COUNT(*) FROM recent)
                   FROM recent JOIN stock_warehouse w ON w.id = recent.warehouse_id
               GROUP BY w.id ORDER BY COUNT(*) DESC, w.id LIMIT 1)
                """,
                lang=self.env.lang or "en_US",
                limit=HABIT_ORDERS,
                **scope,
            )
        )
        return {
            row["habit"]: {
                "name": row["name"],
                "share": round(100 * row["times"] / row["total"]),
            }
            for row in rows
        }

    # -- which records the user may open ---------------------------------------
    def _mark_readable(self, orders, arrivals, returns):
        """Set can_open: the panel shows a link only where it leads somewhere."""
        lists = [("sale.order", orders), ("stock.picking", arrivals)]
        lists += [
            (model, [row for row in returns if row["model"] == model])
            for model in ("rma", "stock.picking")
        ]
        for model, rows in lists:
            records = self.env[model].browse([row["id"] for row in rows])
            readable = set(records._filtered_access("read").ids) if rows else set()
            for row in rows:
                row["can_open"] = row["id"] in readable
