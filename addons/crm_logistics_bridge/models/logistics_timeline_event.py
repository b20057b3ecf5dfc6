# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

EVENTS = [
    ("quotation", "Quotation"),
    ("order", "Order"),
    ("cancelled", "Order cancelled"),
    ("picked", "Picked"),
    ("packed", "Packed"),
    ("shipped", "Shipped"),
    ("handed_over", "Handed to the carrier"),
    ("delivered", "Delivered"),
    ("expected", "Expected arrival"),
    ("return_received", "Return received"),
    ("rma", "Return requested"),
    ("ticket", "Ticket opened"),
    ("ticket_closed", "Ticket closed"),
    ("message", "Message"),
    ("rating", "Rating"),
]
#: Every branch numbers its rows id * BRANCHES + its own place.
BRANCHES = 16


class LogisticsTimelineEvent(models.Model):
    """Everything that happened with a customer, in one chronological list.

    A union of plain branches without aggregation, so that PostgreSQL pushes the
    filter on the commercial entity into each of them and uses their indexes. White
    list of columns: numbers, dates and states; no prices, no costs.
    """

    _name = "logistics.timeline.event"
    _description = "Customer Timeline Event"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "name"

    date = fields.Datetime(readonly=True)
    event_type = fields.Selection(EVENTS, string="Event", readonly=True)
    name = fields.Char(string="Reference", readonly=True)
    detail = fields.Char(readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    rma_id = fields.Many2one("rma", string="Return", readonly=True)
    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._timeline_branches())

    def _timeline_row(self, place, source, **columns):
        """One SELECT list; columns not given are NULL."""
        types = {
            "date": "timestamp",
            "event_type": "varchar",
            "name": "varchar",
            "detail": "varchar",
            "commercial_partner_id": "int",
            "partner_id": "int",
            "company_id": "int",
            "order_id": "int",
            "picking_id": "int",
            "rma_id": "int",
            "ticket_id": "int",
        }
        parts = [
            SQL(
                "%s::bigint * %s + %s AS id",
                SQL.identifier(source, "id"),
                BRANCHES,
                place,
            )
        ]
        for name, kind in types.items():
            expression = columns.get(name) or SQL("NULL")
            parts.append(
                SQL("%s::%s AS %s", expression, SQL(kind), SQL.identifier(name))
            )
        return SQL("SELECT %s", SQL(", ").join(parts))

    @api.model
    def _timeline_branches(self):
        """List of SELECTs with the same columns; other add-ons may append theirs."""
        return [
            self._branch_orders(),
            self._branch_deliveries(),
            self._branch_steps_without_order(),
            self._branch_rma(),
            self._branch_tickets(),
            self._branch_messages(),
            self._branch_ratings(),
        ]

    def _branch_orders(self):
        return SQL(
            """
            %s FROM sale_order o JOIN res_partner c ON c.id = o.partner_id
            """,
            self._timeline_row(
                0,
                "o",
                date=SQL("o.date_order"),
                event_type=SQL(
                    "CASE o.state WHEN 'sale' THEN 'order' "
                    "WHEN 'cancel' THEN 'cancelled' ELSE 'quotation' END"
                ),
                name=SQL("o.name"),
                detail=SQL("o.client_order_ref"),
                commercial_partner_id=SQL("c.commercial_partner_id"),
                partner_id=SQL("o.partner_id"),
                company_id=SQL("o.company_id"),
                order_id=SQL("o.id"),
            ),
        )

    def _picking_columns(self, **columns):
        return {
            "name": SQL("p.name"),
            "detail": SQL("p.carrier_tracking_ref"),
            "commercial_partner_id": SQL("c.commercial_partner_id"),
            "partner_id": SQL("c.id"),
            "company_id": SQL("p.company_id"),
            "order_id": SQL("p.sale_id"),
            "picking_id": SQL("p.id"),
            **columns,
        }

    def _from_order_pickings(self):
        return SQL(
            """
            FROM stock_picking p
            JOIN stock_picking_type t ON t.id = p.picking_type_id
            JOIN sale_order o ON o.id = p.sale_id
            JOIN res_partner c ON c.id = o.partner_id
            LEFT JOIN stock_warehouse w ON w.id = t.warehouse_id
            """
        )

    def _from_own_pickings(self):
        return SQL(
            """
            FROM stock_picking p
            JOIN stock_picking_type t ON t.id = p.picking_type_id
            JOIN res_partner c ON c.id = p.partner_id
            LEFT JOIN stock_warehouse w ON w.id = t.warehouse_id
            """
        )

    def _branch_deliveries(self):
        """Completed and expected steps of orders: each transfer is read once."""
        moments = SQL(
            """
            (VALUES (1, %s, CASE WHEN p.state = 'done' THEN p.date_done END),
                    -- a day without an hour: noon is that day nearly everywhere
                    (3, 'handed_over', p.date_shipped + INTERVAL '12 hours'),
                    (4, 'delivered', p.date_delivered),
                    (5, 'expected',
                     CASE WHEN p.state NOT IN ('draft', 'done', 'cancel')
                               AND t.code IN ('outgoing', 'internal')
                               AND p.logistics_eta_source IS DISTINCT FROM 'beyond'
                          THEN p.logistics_eta_date END)) v(place, kind, date)
            """,
            self._step_kind(),
        )
        columns = self._picking_columns(date=SQL("v.date"), event_type=SQL("v.kind"))
        return SQL(
            "%s %s CROSS JOIN LATERAL %s WHERE v.date IS NOT NULL",
            self._timeline_row(SQL("v.place"), "p", **columns),
            self._from_order_pickings(),
            moments,
        )

    def _step_kind(self):
        return SQL(
            """
            CASE WHEN t.code IN ('outgoing', 'dropship') THEN 'shipped'
                 WHEN t.code = 'incoming' THEN 'return_received'
                 WHEN t.id = w.pack_type_id THEN 'packed'
                 ELSE 'picked' END
            """
        )

    def _branch_steps_without_order(self):
        """Goods to or from customers without an order; those from vendors are no
        customer's history."""
        columns = self._picking_columns(
            date=SQL("p.date_done"), event_type=self._step_kind()
        )
        return SQL(
            """
            %s %s WHERE p.state = 'done' AND p.date_done IS NOT NULL
              AND p.sale_id IS NULL
              AND (t.code IN ('outgoing', 'dropship')
                   OR t.code = 'incoming' AND p.return_id IS NOT NULL)
            """,
            self._timeline_row(2, "p", **columns),
            self._from_own_pickings(),
        )

    def _branch_rma(self):
        return SQL(
            """
            %s FROM rma r JOIN res_partner c ON c.id = r.partner_id
             WHERE r.state != 'cancelled'
            """,
            self._timeline_row(
                6,
                "r",
                date=SQL("r.date"),
                event_type=SQL("'rma'"),
                name=SQL("r.name"),
                detail=SQL("r.origin"),
                commercial_partner_id=SQL("c.commercial_partner_id"),
                partner_id=SQL("r.partner_id"),
                company_id=SQL("r.company_id"),
                order_id=SQL("r.order_id"),
                picking_id=SQL("r.picking_id"),
                rma_id=SQL("r.id"),
            ),
        )

    def _ticket_columns(self, **columns):
        return {
            "name": SQL("h.number"),
            "detail": SQL("h.name"),
            "commercial_partner_id": SQL("h.commercial_partner_id"),
            "partner_id": SQL("h.partner_id"),
            "company_id": SQL("h.company_id"),
            "ticket_id": SQL("h.id"),
            **columns,
        }

    def _branch_tickets(self):
        """Opening and closing; each ticket is read once."""
        columns = self._ticket_columns(date=SQL("v.date"), event_type=SQL("v.kind"))
        return SQL(
            """
            %s FROM helpdesk_ticket h
          LEFT JOIN helpdesk_ticket_stage s ON s.id = h.stage_id
         CROSS JOIN LATERAL (VALUES
                    (7, 'ticket', h.create_date),
                    (8, 'ticket_closed', CASE WHEN s.closed THEN h.closed_date END)
                    ) v(place, kind, date)
              WHERE h.active AND v.date IS NOT NULL
            """,
            self._timeline_row(SQL("v.place"), "h", **columns),
        )

    def _branch_messages(self):
        """Messages on tickets, without their words; internal notes stay out."""
        columns = self._ticket_columns(
            date=SQL("m.date"),
            event_type=SQL("'message'"),
            partner_id=SQL("m.author_id"),
        )
        return SQL(
            """
            %s FROM helpdesk_ticket h
               JOIN mail_message m ON m.model = 'helpdesk.ticket' AND m.res_id = h.id
              WHERE h.active AND m.message_type IN ('email', 'comment')
                AND m.is_internal IS NOT TRUE
            """,
            self._timeline_row(9, "m", **columns),
        )

    def _branch_ratings(self):
        columns = self._ticket_columns(
            date=SQL("r.write_date"),
            event_type=SQL("'rating'"),
            # a picture that needs no language
            detail=SQL("REPEAT('★', ROUND(r.rating)::int)"),
        )
        return SQL(
            """
            %s FROM helpdesk_ticket h
               JOIN rating_rating r ON r.res_model = 'helpdesk.ticket' AND r.res_id = h.id
              WHERE h.active AND r.consumed
            """,
            self._timeline_row(10, "r", **columns),
        )
