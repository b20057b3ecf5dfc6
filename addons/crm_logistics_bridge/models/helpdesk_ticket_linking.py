# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..engine.mailtext import searchable
from ..engine.references import find_references
from .logistics_ticket_link import MODEL_KINDS, TARGETS

#: A delivery that follows from an order (and the other way round) is a little less sure.
DERIVED = 0.96
SUGGESTED = {True: 0.4, False: 0.3}


class HelpdeskTicket(models.Model):
    """How a ticket finds the documents its text names; when it looks: helpdesk_ticket.py."""

    _inherit = "helpdesk.ticket"

    # -- linking ----------------------------------------------------------
    @api.private
    def _logistics_link_from_text(self, texts=None, message=None, suggest=False):
        """Link these tickets to what their texts name. A fixed number of queries.

        :param dict texts: {ticket id: plain text}; title and description when None
        :param message: mail.message the texts come from
        :param bool suggest: propose recent orders where the ticket ends up with no link
        """
        # Reading is bound to the customer of the ticket by logistics.link.resolver, and
        # links are the software's own record: no right of the current user is needed
        # (mail gateway and portal users post too).
        tickets = self.sudo().filtered("commercial_partner_id")
        if not tickets:
            return
        resolver = self.env["logistics.link.resolver"].sudo()
        tickets.env.flush_all()
        patterns = resolver._patterns(tickets.company_id)
        written = []
        for ticket in tickets:
            text = (
                texts.get(ticket.id, "")
                if texts is not None
                else f"{ticket.name or ''}\n{html2plaintext(ticket.description or '')}"
            )
            text = searchable(text)
            for finding in find_references(text, patterns[ticket.company_id.id]):
                written.append((ticket, text, finding))
        documents = resolver._resolve(
            {
                (
                    t.commercial_partner_id.id,
                    t.company_id.id,
                    finding.kind,
                    finding.value,
                )
                for t, _text, finding in written
            }
        )
        wanted = {}
        for ticket, text, finding in written:
            request = (
                ticket.commercial_partner_id.id,
                ticket.company_id.id,
                finding.kind,
                finding.value,
            )
            for kind, record_id, name in documents.get(request, ()):
                tickets._logistics_want(
                    wanted,
                    ticket,
                    kind,
                    record_id,
                    {
                        "name": name,
                        "score": finding.score,
                        "source": "text",
                        "reason_code": finding.why,
                        "reason_value": finding.value,
                        "snippet": self._logistics_snippet(text, finding),
                        "message_id": message.id if message else False,
                    },
                )
        self._logistics_derive(resolver, wanted)
        existing = self._logistics_existing(tickets)
        if suggest:
            linked = {key[0] for key in [*wanted, *existing]}
            self._logistics_suggest(
                resolver, wanted, tickets.filtered(lambda t: t.id not in linked)
            )
        self._logistics_store_links(tickets, wanted, existing)

    def _logistics_want(self, wanted, ticket, kind, record_id, values):
        """Note a link, the surest reading winning."""
        key = (ticket.id, kind, record_id)
        if key not in wanted or wanted[key]["score"] < values["score"]:
            wanted[key] = values

    def _logistics_derive(self, resolver, wanted):
        """Add the deliveries of found orders and the orders of found deliveries."""
        orders = {record_id for _t, kind, record_id in wanted if kind == "order"}
        pickings = {record_id for _t, kind, record_id in wanted if kind == "picking"}
        if not orders and not pickings:
            return
        deliveries, sources = resolver._related_documents(list(orders), list(pickings))
        for (ticket_id, kind, record_id), values in list(wanted.items()):
            ticket = self.browse(ticket_id)
            derived = {
                "score": round(values["score"] * DERIVED, 4),
                "source": "derived",
                "snippet": values["snippet"],
                "message_id": values["message_id"],
            }
            if kind == "order":
                for picking_id, name in deliveries.get(record_id, ()):
                    reason = {
                        "reason_code": "of_order",
                        "reason_value": values["name"],
                    }
                    self._logistics_want(
                        wanted,
                        ticket,
                        "picking",
                        picking_id,
                        {**derived, **reason, "name": name},
                    )
            elif kind == "picking" and record_id in sources:
                order_id, name = sources[record_id]
                reason = {"reason_code": "of_picking", "reason_value": values["name"]}
                self._logistics_want(
                    wanted,
                    ticket,
                    "order",
                    order_id,
                    {**derived, **reason, "name": name},
                )

    def _logistics_suggest(self, resolver, wanted, tickets):
        """Propose recent orders for tickets that name nothing."""
        if not tickets:
            return
        now = fields.Datetime.now()
        since = {
            company.id: fields.Datetime.subtract(
                now, days=company.logistics_link_recent_days
            )
            for company in tickets.company_id
        }
        recent = resolver._recent_orders(
            {
                (t.commercial_partner_id.id, t.company_id.id, since[t.company_id.id])
                for t in tickets
            }
        )
        for ticket in tickets:
            key = (ticket.commercial_partner_id.id, ticket.company_id.id)
            for order_id, name, is_open in recent.get(key, ()):
                self._logistics_want(
                    wanted,
                    ticket,
                    "order",
                    order_id,
                    {
                        "name": name,
                        "score": SUGGESTED[is_open],
                        "source": "suggestion",
                        "reason_code": "open" if is_open else "recent",
                        "reason_value": False,
                        "snippet": False,
                        "message_id": False,
                    },
                )

    def _logistics_existing(self, tickets):
        # by the tickets: of new ones it is known that there are none
        links = tickets.sudo().logistics_link_ids
        return {
            (link.ticket_id.id, link.kind, link[TARGETS[link.kind][0]].id): link
            for link in links
        }

    def _logistics_store_links(self, tickets, wanted, existing):
        """Create what is new; a surer reading lifts a proposal; a rejection stays."""
        Link = self.env["logistics.ticket.link"].sudo()
        limit = {
            ticket.id: ticket.company_id.logistics_link_auto_score for ticket in tickets
        }
        company = {ticket.id: ticket.company_id.id for ticket in tickets}
        now = fields.Datetime.now()
        vals_list, changed = [], Link
        for (ticket_id, kind, record_id), values in wanted.items():
            sure = (
                values["source"] != "suggestion" and values["score"] >= limit[ticket_id]
            )
            link = existing.get((ticket_id, kind, record_id))
            if link:
                if (
                    link.state == "proposed"
                    and not link.decided_date
                    and values["score"] > link.score
                ):
                    decided = (
                        {"state": "confirmed", "decided_date": now} if sure else {}
                    )
                    link.write({**values, **decided})
                    changed |= link
                continue
            vals_list.append(
                {
                    **values,
                    "ticket_id": ticket_id,
                    # known here: spares the update that would compute them
                    "company_id": company[ticket_id],
                    "res_model": TARGETS[kind][1],
                    "res_id": record_id,
                    "kind": kind,
                    TARGETS[kind][0]: record_id,
                    "state": "confirmed" if sure else "proposed",
                    "decided_date": now if sure else False,
                }
            )
        changed |= Link.create(vals_list)
        changed._sync_ticket_orders()

    def _logistics_forget_links(self):
        """The ticket now belongs to another customer: nothing of the first may stay."""
        links = self.sudo().logistics_link_ids
        links._set_state("rejected", self.env.user)
        links.unlink()

    @api.private
    def _logistics_keep_manual_orders(self):
        """Orders put on the ticket by hand (helpdesk_mgmt_sale) become links, and back."""
        Link, vals_list = self.env["logistics.ticket.link"].sudo(), []
        user, now = self.env.user, fields.Datetime.now()
        dropped = confirmed = Link
        for ticket in self.sudo():
            links = ticket.logistics_link_ids.filtered("order_id")
            confirmed |= links.filtered(
                lambda link, t=ticket: (
                    link.state != "confirmed" and link.order_id in t.sale_order_ids
                )
            )
            dropped |= links.filtered(
                lambda link, t=ticket: (
                    link.state == "confirmed" and link.order_id not in t.sale_order_ids
                )
            )
            for order in ticket.sale_order_ids - links.order_id:
                vals_list.append(
                    {
                        "ticket_id": ticket.id,
                        "kind": "order",
                        "order_id": order.id,
                        "name": order.name,
                        "score": 1.0,
                        "source": "manual",
                        "reason_code": "manual",
                        "reason_value": user.name,
                        "state": "confirmed",
                        "decided_by_id": user.id,
                        "decided_date": now,
                    }
                )
        Link.create(vals_list)
        confirmed._set_state("confirmed", user)
        dropped._set_state("rejected", user)

    @api.private
    def _logistics_add_link(self, record, reason, score=1.0, state="confirmed"):
        """Link this ticket to a document; for other add-ons.

        :param record: one sale.order, stock.picking, rma or account.move
        :param str reason: why, as agents will read it
        :return: the new or existing logistics.ticket.link
        """
        self.ensure_one()
        record.ensure_one()
        if record._name not in MODEL_KINDS:
            raise ValueError(
                f"{record._name} cannot be linked; use one of {sorted(MODEL_KINDS)}"
            )
        kind = MODEL_KINDS[record._name]
        # As above: the caller vouches for the link, the table has no writers of its own.
        link = self._logistics_existing(self).get((self.id, kind, record.id))
        if not link:
            link = (
                self.env["logistics.ticket.link"]
                .sudo()
                .create(
                    {
                        "ticket_id": self.id,
                        "kind": kind,
                        TARGETS[kind][0]: record.id,
                        "name": record.sudo().display_name,
                        "score": score,
                        "source": "derived",
                        "reason_value": reason,
                        "state": state,
                        "decided_date": fields.Datetime.now()
                        if state != "proposed"
                        else False,
                    }
                )
            )
            link._sync_ticket_orders()
        return link.sudo(self.env.su)

    def _logistics_snippet(self, text, finding, around=30):
        """The reference with a few words on either side, on one line."""
        start, end = (
            max(finding.start - around, 0),
            min(finding.end + around, len(text)),
        )
        snippet = " ".join(text[start:end].split())
        return f"{'…' if start else ''}{snippet}{'…' if end < len(text) else ''}"
