# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, formatLang

TICKET_LIMIT = 10
#: Usual carrier and warehouse are read from so many last orders.
HABIT_ORDERS = 100


class LogisticsOverview(models.AbstractModel):
    """What an agent sees of a customer, on one screen and in one call.

    Agents often have no rights on orders, stock or accounting. The gate is here: the
    group, and the right to read the customer. Behind it the statements below read a
    white list of columns, always bound to that customer and the user's companies.
    Costs and margins are not on the list. The number of queries is the same for every
    customer: each statement runs whether it will find something or not.
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
        delivered = self._delivered_orders(scope)
        arrivals, late_count = self._arrivals(scope)
        returns = self._returns(scope)
        tickets, ticket_count = self._tickets(customer)
        value = self._value(scope)
        self._mark_readable([*orders, *delivered], arrivals, returns)
        self._format_money(orders, ("amount",))
        self._format_money(value, ("total", "year"))
        return {
            "partner": {
                "id": customer.id,
                "name": customer.name,
                "phone": partner.phone or customer.phone or "",
                "email": partner.email or customer.email or "",
                "segments": self._segments(customer),
                # sudo: as above; a sentence for whoever delivers
                "window": partner.sudo()._logistics_window_text(),
            },
            "counts": {
                "orders": order_count,
                "late": late_count,
                "returns": len(returns),
                "tickets": ticket_count,
            },
            "orders": orders,
            "delivered": delivered,
            "arrivals": arrivals,
            "returns": returns,
            "tickets": tickets,
            "value": value,
            "habits": self._habits(scope),
            "can_act": self.env.user.has_group(
                "crm_logistics_bridge.group_logistics_agent"
            ),
            "can_return": self.env["rma"].has_access("create"),
        }

    @api.private
    def _segments(self, customer):
        """Names of the segments a customer is in; extend to bring segments of your own.

        :param customer: res.partner as sudo, the commercial entity
        :return: list of texts, at most five
        """
        field = self.env.company.sudo().logistics_segment_field_id
        name = field.name if field.model == "res.partner" else "category_id"
        value = customer[name]
        if isinstance(value, models.BaseModel):
            return value.mapped("display_name")[:5]
        if customer._fields[name].type == "selection":
            value = self._label("res.partner", name, value)
        return [value] if value else []

    def _rows(self, query):
        """Rows of a statement as dicts; the statement names its columns."""
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _label(self, model, field, value):
        return dict(
            self.env[model]._fields[field]._description_selection(self.env)
        ).get(value, "")

    def _format_money(self, rows, names):
        """Amounts of the rows as text, each in the currency of its row.

        All active currencies at once: their number is the database's, not the customer's.
        """
        ids = {row["currency_id"] for row in rows}
        currencies = self.env["res.currency"].browse(
            ids | {self.env.company.currency_id.id}
        )
        currencies.fetch(["name", "symbol", "position", "decimal_places", "rounding"])
        for row in rows:
            currency = currencies.browse(row.pop("currency_id"))
            for name in names:
                row[name] = formatLang(
                    self.env, row[name] or 0.0, currency_obj=currency
                )

    @staticmethod
    def _dates(row, *names):
        for name in names:
            row[name] = fields.Datetime.to_string(row[name]) if row[name] else False

    # -- tickets: with the rights of the user ---------------------------------
    def _tickets(self, customer):
        Ticket = self.env["helpdesk.ticket"]
        query = Ticket._search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("stage_id.closed", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
            order=Ticket._order,
            limit=TICKET_LIMIT,
        )
        found = self.env.execute_query(
            query.select(SQL.identifier(Ticket._table, "id"), SQL("COUNT(*) OVER ()"))
        )
        # The names of stage and person belong to a ticket that the user may read.
        rows = self._rows(
            SQL(
                """
                SELECT h.id, h.number, h.name, h.priority,
                       COALESCE(s.name ->> %(lang)s, s.name ->> 'en_US', '') AS stage,
                       COALESCE(c.name, '') AS user, h.create_date AS date,
                       l.deadline AS sla_deadline,
                       COALESCE(l.expired, FALSE) AS sla_expired
                  FROM unnest(%(ids)s::int[]) WITH ORDINALITY AS x(id, place)
                  JOIN helpdesk_ticket h ON h.id = x.id
             LEFT JOIN helpdesk_ticket_stage s ON s.id = h.stage_id
             LEFT JOIN res_users u ON u.id = h.user_id
             LEFT JOIN res_partner c ON c.id = u.partner_id
             LEFT JOIN LATERAL (
                       SELECT MIN(deadline) FILTER (WHERE state = 'in_progress') AS deadline,
                              BOOL_OR(state = 'expired' OR state = 'in_progress'
                                      AND deadline < %(now)s) AS expired
                         FROM helpdesk_ticket_sla WHERE ticket_id = h.id
                       ) l ON TRUE
              ORDER BY x.place
                """,
                lang=self.env.lang or "en_US",
                ids=[row[0] for row in found],
                now=fields.Datetime.now(),
            )
        )
        for row in rows:
            row["priority"] = int(row["priority"] or 0)
            self._dates(row, "date", "sla_deadline")
        return rows, found[0][1] if found else 0

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
            self._dates(row, "first", "last")
        return rows

    def _habits(self, scope):
        """Carrier, warehouse and time of day of the last deliveries, with their share."""
        rows = self._rows(
            SQL(
                """
                -- materialized: by the customer's index, not back through all dates
                WITH mine AS MATERIALIZED (
                    SELECT o.id, o.date_order FROM sale_order o
                     WHERE o.partner_id = ANY(%(contacts)s)
                       AND o.company_id = ANY(%(companies)s) AND o.state = 'sale'
                ), recent AS (
                    SELECT p.carrier_id, t.warehouse_id,
                           EXTRACT(hour FROM p.date_delivered AT TIME ZONE 'UTC'
                                   AT TIME ZONE %(zone)s)::int AS hour
                      FROM (SELECT id FROM mine
                          ORDER BY date_order DESC LIMIT %(limit)s) o
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
              UNION ALL
                (SELECT 'window', CASE WHEN hour < 12 THEN 'am' WHEN hour < 18 THEN 'pm'
                                       ELSE 'evening' END AS part, COUNT(*),
                        (SELECT COUNT(*) FROM recent WHERE hour IS NOT NULL)
                   FROM recent WHERE hour IS NOT NULL
               GROUP BY part ORDER BY COUNT(*) DESC, part LIMIT 1)
                """,
                lang=self.env.lang or "en_US",
                limit=HABIT_ORDERS,
                zone=self.env.company.partner_id.tz or "UTC",
                **scope,
            )
        )
        windows = self.env["logistics.preference"]._window_labels()
        return {
            row["habit"]: {
                "name": windows.get(row["name"], row["name"])
                if row["habit"] == "window"
                else row["name"],
                "share": round(100 * row["times"] / row["total"]),
            }
            for row in rows
        }

    # -- which records the user may open ---------------------------------------
    def _mark_readable(self, orders, arrivals, returns):
        """Set can_open: the panel shows a link only where it leads somewhere.

        One statement for all models, with the access rules of each.
        """
        lists = {
            "sale.order": orders,
            "stock.picking": [
                *arrivals,
                *(row for row in returns if row["model"] == "stock.picking"),
            ],
            "rma": [row for row in returns if row["model"] == "rma"],
        }
        parts = [SQL("SELECT ''::varchar AS model, 0 AS id WHERE FALSE")]
        for model, rows in lists.items():
            Model = self.env[model]
            if rows and Model.has_access("read"):
                query = Model._search([("id", "in", [row["id"] for row in rows])])
                parts.append(
                    query.select(
                        SQL("%s::varchar", model), SQL.identifier(Model._table, "id")
                    )
                )
        readable = set(self.env.execute_query(SQL(" UNION ALL ").join(parts)))
        for model, rows in lists.items():
            for row in rows:
                row["can_open"] = (model, row["id"]) in readable
