# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_timeline_event import BRANCHES

#: Branch -> model of the row's own document; the order is part of the ids.
SOURCES = (
    "sale.order",  # 0 quotations and orders
    "stock.picking",  # 1 completed steps of an order
    "stock.picking",  # 2 completed steps without an order
    "stock.picking",  # 3 handed over to the carrier
    "stock.picking",  # 4 reported delivered by the carrier
    "stock.picking",  # 5 expected
    "rma",  # 6
    "helpdesk.ticket",  # 7 opened
    "helpdesk.ticket",  # 8 closed
    "mail.message",  # 9
    "rating.rating",  # 10
    "logistics.carrier.event",  # 11 reports of carriers
    "logistics.delivery.rating",  # 12 ratings of deliveries
)

#: What the component filters by.
KINDS = {
    "order": ("quotation", "order", "cancelled"),
    "delivery": (
        *("picked", "packed", "shipped", "handed_over", "carrier"),
        *("delivered", "expected"),
    ),
    "return": ("rma", "return_received", "return_inspected", "refunded"),
    "ticket": ("ticket", "ticket_closed", "message", "rating"),
}


class LogisticsTimelineEvent(models.Model):
    """Reading the timeline and opening what is behind it."""

    _inherit = "logistics.timeline.event"

    @api.model
    @api.readonly
    def get_timeline(
        self,
        partner_id,
        limit=30,
        offset=0,
        order_id=False,
        ticket_id=False,
        kind=False,
    ):
        """First page of a customer's timeline, newest first, for the OWL component.

        Read with the rights of the user: access list and record rules apply.

        :param int partner_id: any contact of the customer
        :param int order_id: only what belongs to this order
        :param str kind: only events of this kind, a key of KINDS
        :return: dict with events (list of dicts) and has_more
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        domain = [("commercial_partner_id", "=", partner.commercial_partner_id.id)]
        if order_id:
            domain.append(("order_id", "=", order_id))
        if ticket_id:
            domain.append(("ticket_id", "=", ticket_id))
        if kind:
            domain.append(("event_type", "in", KINDS.get(kind, ())))
        limit = min(max(int(limit), 1), 200)
        names = [
            "date",
            "event_type",
            "name",
            "detail",
            "order_id",
            "picking_id",
            "rma_id",
        ]
        events = self.search_fetch(
            domain, [*names, "ticket_id", "partner_id"], limit=limit + 1, offset=offset
        )
        labels = dict(self._fields["event_type"]._description_selection(self.env))
        page = events[:limit]
        # A contact's name is on the document the user may see; its card may not be.
        contacts = {
            contact.id: contact.name
            for contact in page.partner_id.sudo()
            if contact != contact.commercial_partner_id
        }
        opens = page._readable_documents()
        return {
            "events": [
                {
                    "id": event.id,
                    "date": fields.Datetime.to_string(event.date),
                    "type": event.event_type,
                    "label": labels[event.event_type],
                    "name": event.name,
                    "detail": event.detail or "",
                    "contact": contacts.get(event.partner_id.id, ""),
                    "can_open": event.id in opens,
                }
                for event in page
            ],
            "has_more": len(events) > limit,
        }

    def _document(self):
        """The document behind an event; its id says which, no query needed."""
        model = SOURCES[self.id % BRANCHES]
        if model in ("mail.message", "rating.rating"):
            # Rows about a ticket: the view knows which one.
            return self.ticket_id
        if model in ("logistics.carrier.event", "logistics.delivery.rating"):
            return self.picking_id
        return self.env[model].browse(self.id // BRANCHES)

    def _readable_documents(self):
        """Ids of the events whose document the user may open; one query per model."""
        documents = {event.id: event._document() for event in self}
        readable = {}
        for record in documents.values():
            readable.setdefault(record._name, record.browse())
            readable[record._name] |= record
        readable = {
            name: set(records._filtered_access("read").ids)
            for name, records in readable.items()
        }
        return {
            event_id
            for event_id, record in documents.items()
            if record.id in readable[record._name]
        }

    def action_open_document(self):
        """Open the document behind an event; without rights on it, the customer's page."""
        self.ensure_one()
        record = self._document()
        if not record.has_access("read"):
            customer = self.commercial_partner_id
            if customer.has_access("read"):
                return customer.action_logistics_overview()
            raise UserError(
                self.env._("You may see this event, but not open its document.")
            )
        return record.get_formview_action()
