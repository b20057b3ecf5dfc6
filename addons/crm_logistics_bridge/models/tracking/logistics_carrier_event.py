# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: What a carrier may report, in delivery_state's own words, and a plain scan.
STATES = (
    "shipping_recorded_in_carrier",
    "in_transit",
    "out_for_delivery",
    "incident",
    "customer_delivered",
    "warehouse_delivered",
    "canceled_shipment",
    "scan",
)
#: Reported states that delivery_state has another word, or none, for.
KEPT = {"out_for_delivery": "in_transit", "scan": None}
#: A delivered parcel is not on its way again because a scan comes late.
FINAL = ("customer_delivered", "warehouse_delivered", "canceled_shipment")
MAX_EVENTS = 500


class LogisticsCarrierEvent(models.Model):
    """What a carrier reported about a parcel, one by one and never changed."""

    _name = "logistics.carrier.event"
    _description = "Carrier Event"
    _order = "date desc, id desc"
    _rec_name = "description"

    picking_id = fields.Many2one(
        "stock.picking", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        related="picking_id.sale_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True)
    source = fields.Char(required=True, readonly=True, help="Who reports.")
    external_id = fields.Char(
        string="Number at the source", required=True, readonly=True
    )
    date = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("shipping_recorded_in_carrier", "Handed to the carrier"),
            ("in_transit", "On its way"),
            ("out_for_delivery", "Out for delivery"),
            ("incident", "Problem at the carrier"),
            ("customer_delivered", "Delivered"),
            ("warehouse_delivered", "Delivered to a pickup place"),
            ("canceled_shipment", "Shipment cancelled"),
            ("scan", "Scanned"),
        ],
        required=True,
        readonly=True,
    )
    description = fields.Char(readonly=True)
    location = fields.Char(string="Place", readonly=True)

    _event_uniq = models.UniqueIndex("(source, external_id, picking_id)")

    # -- taking in -------------------------------------------------------------
    @api.model
    @api.private
    def _receive(self, payload, companies):
        """Keep the events of a delivery from a carrier; the same ones again change nothing.

        :param dict payload: ``source`` (str) and ``events``, a list of 1 to 500 objects
            with ``tracking`` (number), ``status`` (one of :data:`STATES`), ``date``
            (ISO 8601 with zone) and optionally ``id``, ``description``, ``location``
        :param companies: companies whose parcels the sender may report on
        :return: list of dicts, one per event: id, tracking, result (created, duplicate
            or unknown_tracking)
        :raises UserError: naming the field and the value that cannot be taken
        """
        source, events = self._checked(payload)
        pickings = {}
        for picking in self.env["stock.picking"].search(
            [
                ("carrier_tracking_ref", "in", [event["tracking"] for event in events]),
                ("company_id", "in", companies.ids),
            ]
        ):
            pickings.setdefault(picking.carrier_tracking_ref, []).append(picking)
        rows = [
            (picking.id, event)
            for event in events
            for picking in pickings.get(event["tracking"], [])
        ]
        created = self._insert(source, rows)
        touched = {picking_id for picking_id, _external in created}
        self.env["stock.picking"].browse(sorted(touched))._logistics_carrier_state()
        fresh = {external for _picking_id, external in created}
        return [
            {
                "id": event["id"],
                "tracking": event["tracking"],
                "result": "unknown_tracking"
                if event["tracking"] not in pickings
                else "created"
                if event["id"] in fresh
                else "duplicate",
            }
            for event in events
        ]

    def _checked(self, payload):
        """Source and cleaned events of a payload, or UserError."""
        if not isinstance(payload, dict):
            raise UserError(self.env._("The body must be one JSON object."))
        source, events = payload.get("source"), payload.get("events")
        if not isinstance(source, str) or not 1 <= len(source.strip()) <= 64:
            raise UserError(
                self.env._("source: %r is no text of 1 to 64 characters.", source)
            )
        if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
            raise UserError(
                self.env._("events: send a list of 1 to %s objects.", MAX_EVENTS)
            )
        return source.strip(), [
            self._checked_event(index, event) for index, event in enumerate(events)
        ]

    def _checked_event(self, index, event):
        def refuse(name, value):
            raise UserError(
                self.env._(
                    "events[%(index)s].%(name)s: %(value)s cannot be taken.",
                    index=index,
                    name=name,
                    value=repr(value)[:100],
                )
            )

        if not isinstance(event, dict):
            refuse("", event)
        tracking, status, date = (
            event.get(name) for name in ("tracking", "status", "date")
        )
        if not isinstance(tracking, str) or not 1 <= len(tracking.strip()) <= 100:
            refuse("tracking", tracking)
        if status not in STATES:
            refuse("status", status)
        try:
            moment = datetime.fromisoformat(date)
        except (TypeError, ValueError):
            refuse("date", date)
        if moment.tzinfo is None:
            refuse("date (without time zone)", date)
        moment = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        if moment > fields.Datetime.add(fields.Datetime.now(), days=1):
            refuse("date (in the future)", date)
        texts = {}
        for name in ("description", "location"):
            value = event.get(name) or ""
            if not isinstance(value, str):
                refuse(name, value)
            texts[name] = value.strip()[:250]
        number = event.get("id")
        if number is None:
            # No number of its own: what it says is its number.
            words = "|".join((tracking.strip(), status, str(moment), texts["location"]))
            number = hashlib.sha256(words.encode()).hexdigest()
        if not isinstance(number, str | int) or not 1 <= len(str(number)) <= 128:
            refuse("id", number)
        return {
            "id": str(number),
            "tracking": tracking.strip(),
            "state": status,
            "date": moment,
            **texts,
        }

    def _insert(self, source, rows):
        """Insert what is new; returns (picking id, number) of what was inserted."""
        if not rows:
            return []
        self.env.flush_all()
        names = ("id", "state", "date", "description", "location")
        columns = [[event[name] for _picking, event in rows] for name in names]
        return self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_carrier_event
                       (picking_id, order_id, company_id, source, external_id, state, date,
                        description, location, create_uid, create_date, write_uid, write_date)
                SELECT p.id, p.sale_id, p.company_id, %(source)s, v.external_id, v.state,
                       v.date, NULLIF(v.description, ''), NULLIF(v.location, ''),
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(pickings)s::int[], %(ids)s::varchar[], %(states)s::varchar[],
                              %(dates)s::timestamp[], %(texts)s::varchar[],
                              %(places)s::varchar[])
                       AS v(picking_id, external_id, state, date, description, location)
                  JOIN stock_picking p ON p.id = v.picking_id
                    ON CONFLICT DO NOTHING
             RETURNING picking_id, external_id
                """,
                source=source,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                pickings=[picking for picking, _event in rows],
                ids=columns[0],
                states=columns[1],
                dates=columns[2],
                texts=columns[3],
                places=columns[4],
            )
        )
