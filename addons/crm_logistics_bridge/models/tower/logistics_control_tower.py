# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

#: When goods have to leave, by the day planned for it.
BUCKETS = ("overdue", "today", "tomorrow", "week", "later")
AVAILABILITY = ("ready", "partly", "blocked")
PRODUCT_LIMIT = 10


class LogisticsControlTower(models.AbstractModel):
    """Today's screen for operations, in one call.

    Open transfers to customers: deliveries, and steps before them that stand for a
    delivery not made yet. Counts only; no customer, price or cost.
    """

    _name = "logistics.control.tower"
    _description = "Control Tower"

    @api.model
    def get_tower(self, warehouse_id=False):
        """What has to leave when, what holds it up, what is late and why, who is busy.

        :param int warehouse_id: only this warehouse
        :return: dict with buckets, availability (labels), grid {bucket: {availability:
            [ids]}}, blocked (products that hold transfers up), late ({reason: [ids]}),
            load (per warehouse), warehouses, can_open
        :raises AccessError: not in the viewer group
        """
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_viewer"):
            raise AccessError(
                self.env._(
                    "The control tower needs the group Customer Logistics: Viewer."
                )
            )
        self.env.flush_all()
        rows = self._transfers(warehouse_id)
        # sudo: names of articles only, of transfers in the user's companies
        missing = self._missing([row["id"] for row in rows])
        grid = {bucket: {name: [] for name in AVAILABILITY} for bucket in BUCKETS}
        late, load, blocked = {}, {}, {}
        for row in rows:
            held = missing.get(row["id"], {})
            if not held:
                availability = "ready"
            elif len(held) < row["articles"]:
                availability = "partly"
            else:
                availability = "blocked"
            grid[row["bucket"]][availability].append(row["id"])
            if row["late"]:
                late.setdefault(row["reason"] or "not_picked", []).append(row["id"])
            busy = load.setdefault(
                row["warehouse_id"],
                {"name": row["warehouse"], "open": 0, "due": 0, "lines": 0, "done": 0},
            )
            busy["open"] += 1
            busy["lines"] += row["lines"]
            busy["due"] += row["bucket"] in ("overdue", "today")
            for product, name in held.items():
                entry = blocked.setdefault(product, {"name": name, "ids": []})
                entry["ids"].append(row["id"])
        for warehouse, done in self._done_today().items():
            if warehouse in load:
                load[warehouse]["done"] = done
        reasons = dict(
            self.env["stock.picking"]
            ._fields["logistics_late_reason"]
            ._description_selection(self.env)
        )
        return {
            "buckets": self._bucket_labels(),
            "availability": self._availability_labels(),
            "grid": grid,
            "blocked": sorted(
                ({"id": product, **entry} for product, entry in blocked.items()),
                key=lambda entry: (-len(entry["ids"]), entry["name"]),
            )[:PRODUCT_LIMIT],
            "late": [
                {"reason": reason, "name": reasons.get(reason, ""), "ids": ids}
                for reason, ids in sorted(late.items(), key=lambda x: -len(x[1]))
            ],
            "load": [
                {"id": warehouse, **busy}
                for warehouse, busy in sorted(
                    load.items(), key=lambda item: -item[1]["due"]
                )
            ],
            "warehouses": self._warehouses(),
            "can_open": self.env["stock.picking"].has_access("read"),
        }

    def _bucket_labels(self):
        return [
            {"code": "overdue", "name": self.env._("Overdue")},
            {"code": "today", "name": self.env._("Today")},
            {"code": "tomorrow", "name": self.env._("Tomorrow")},
            {"code": "week", "name": self.env._("Within a week")},
            {"code": "later", "name": self.env._("Later")},
        ]

    def _availability_labels(self):
        return [
            {"code": "ready", "name": self.env._("Ready")},
            {"code": "partly", "name": self.env._("Partly there")},
            {"code": "blocked", "name": self.env._("Blocked")},
        ]

    def _transfers(self, warehouse_id):
        """Open transfers to customers with the day they have to leave; one query.

        The day is the planned one in the company's time zone; what is planned after
        the warehouse's cut-off leaves the next day.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT x.id, x.warehouse_id, x.warehouse, x.late, x.reason, x.lines, x.articles,
                       CASE WHEN x.day < x.today THEN 'overdue'
                            WHEN x.day = x.today THEN 'today'
                            WHEN x.day = x.today + 1 THEN 'tomorrow'
                            WHEN x.day <= x.today + 7 THEN 'week'
                            ELSE 'later' END AS bucket
                  FROM (
                    SELECT p.id, t.warehouse_id, w.name AS warehouse,
                           COALESCE(p.logistics_late, FALSE) AS late,
                           p.logistics_late_reason AS reason,
                           v.lines, v.articles,
                           (p.scheduled_date AT TIME ZONE 'UTC' AT TIME ZONE z.tz
                            + (24 - COALESCE(NULLIF(w.logistics_cutoff_hour, 0),
                                             LEAST(c.logistics_eta_cutoff_hour, 24), 24))
                              * INTERVAL '1 hour')::date AS day,
                           (%(now)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE z.tz)::date
                               AS today
                      FROM stock_picking p
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                      JOIN stock_warehouse w ON w.id = t.warehouse_id
                      JOIN res_company c ON c.id = p.company_id
                      JOIN res_partner r ON r.id = c.partner_id
                CROSS JOIN LATERAL (SELECT COALESCE(r.tz, 'UTC') AS tz) z
                CROSS JOIN LATERAL (
                           SELECT COUNT(*) AS lines, COUNT(DISTINCT m.product_id) AS articles
                             FROM stock_move m
                            WHERE m.picking_id = p.id AND m.state NOT IN ('done', 'cancel')
                           ) v
                     WHERE p.state NOT IN ('draft', 'done', 'cancel')
                       AND (t.code = 'outgoing'
                            OR t.code = 'internal' AND p.logistics_eta_source IS NOT NULL)
                       AND p.company_id = ANY(%(companies)s)
                       AND (%(warehouse)s = 0 OR t.warehouse_id = %(warehouse)s)) x
              ORDER BY x.id
                """,
                now=fields.Datetime.now(),
                companies=self.env.companies.ids,
                warehouse=int(warehouse_id or 0),
            )
        )
        return self.env.cr.dictfetchall()

    def _missing(self, ids):
        """{transfer id: {product id: name}} of what holds transfers up; one query."""
        missing = {}
        for picking, product, name in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT x.picking_id, x.product_id,
                       COALESCE(t.name ->> %s, t.name ->> 'en_US')
                  FROM (%s) x
                  JOIN product_product p ON p.id = x.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                """,
                self.env.lang or "en_US",
                self.env["stock.picking"]._logistics_missing_sql(ids),
            )
        ):
            missing.setdefault(picking, {})[product] = name
        return missing

    def _done_today(self):
        """Deliveries that left today, by warehouse; one query."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT t.warehouse_id, COUNT(*)
                      FROM stock_picking p
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                      JOIN res_company c ON c.id = p.company_id
                      JOIN res_partner r ON r.id = c.partner_id
                     WHERE p.state = 'done' AND t.code = 'outgoing'
                       AND p.company_id = ANY(%(companies)s)
                       AND p.date_done >= %(now)s::timestamp - INTERVAL '2 days'
                       AND (p.date_done AT TIME ZONE 'UTC'
                            AT TIME ZONE COALESCE(r.tz, 'UTC'))::date
                         = (%(now)s::timestamp AT TIME ZONE 'UTC'
                            AT TIME ZONE COALESCE(r.tz, 'UTC'))::date
                  GROUP BY t.warehouse_id
                    """,
                    companies=self.env.companies.ids,
                    now=fields.Datetime.now(),
                )
            )
        )

    def _warehouses(self):
        # Names of warehouses are on every delivery slip; an agent may have no right on
        # the model.
        warehouses = (
            self.env["stock.warehouse"]
            .sudo()
            .search([("company_id", "in", self.env.companies.ids)])
        )
        return [{"id": w.id, "name": w.name} for w in warehouses]
