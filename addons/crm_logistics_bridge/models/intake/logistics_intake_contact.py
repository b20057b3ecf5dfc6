# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...engine.identity import is_machine

KEYS = ("email", "phone", "handle")


class LogisticsIntake(models.AbstractModel):
    """A contact for a sender nobody knows: on a click, or by itself where so set."""

    _inherit = "logistics.intake"

    @api.private
    def _sender_keys(self, account, values):
        """What the sender is known by: list of (kind, account id or None, value)."""
        return [
            (kind, account.id if kind == "handle" else None, values[f"sender_{kind}"])
            for kind in KEYS
            if values[f"sender_{kind}"]
        ]

    @api.private
    def _wants_contact(self, account, values):
        """A contact is made by itself: set so, the channel vouches, and it is somebody."""
        if not account.create_contacts or not account.trusted:
            return False
        email = values["sender_email"]
        if email and (is_machine(email) or self._is_our_address(email)):
            return False
        return bool(self._sender_keys(account, values))

    @api.private
    def _is_our_address(self, email):
        """An alias or a company of ours writes: no customer."""
        return bool(
            self.env["mail.alias"].search_count(
                [("alias_full_name", "=", email)], limit=1
            )
            or self.env["res.company"].search_count(
                [("partner_id.email_normalized", "=", email)], limit=1
            )
        )

    @api.private
    def _make_contact(self, account, values, message):
        """A new contact of a sender that :meth:`_identify` found nobody for.

        The rows of the sender are touched: a second transaction that makes the same
        contact at this moment ends in a serialisation error, starts again and finds it.
        """
        email = values["sender_email"]
        partner = self.env["res.partner"].create(
            {
                "name": values["sender_name"]
                or email.partition("@")[0]
                or values["sender_phone"]
                or values["sender_handle"],
                "email": email or False,
                "phone": values["sender_phone"] or False,
                "country_id": account.company_id.country_id.id,
                "lang": account.company_id.partner_id.lang or False,
                "logistics_intake_message_id": message.id,
            }
        )
        self.env["logistics.sender.identity"]._touch(
            account.company_id, self._sender_keys(account, values), partner, arrivals=0
        )
        return partner

    @api.private
    def _message_values(self, message):
        """What a ledger row says about its sender."""
        return {
            f"sender_{name}": message[f"sender_{name}"] or ""
            for name in ("name", *KEYS)
        }

    @api.private
    def _contact_of(self, account, values, message):
        """The contact of a sender for an agent who asks for one.

        :return: ``(res.partner, whether it is new)``
        :raises UserError: several contacts may be meant, or nothing is known of the sender
        """
        if not self._sender_keys(account, values):
            raise UserError(
                self.env._(
                    "Nothing is known of the sender: no e-mail, phone number or handle."
                )
            )
        self.env.flush_all()  # contacts are looked up by SQL
        partner, candidates, _how = self._identify(account, values)
        partner = partner or (candidates if len(candidates) == 1 else partner)
        if partner:
            self.env["logistics.sender.identity"]._touch(
                account.company_id,
                self._sender_keys(account, values),
                partner,
                arrivals=0,
            )
            return partner, False
        if candidates:
            raise UserError(
                self.env._(
                    "Several contacts may be meant: %s. Choose one on the ticket.",
                    ", ".join(candidates.mapped("display_name")),
                )
            )
        return self._make_contact(account, values, message), True

    @api.private
    def _same_sender(self, account, values):
        """Ledger rows of the same sender."""
        domains = [
            [("sender_handle", "=", value), ("account_id", "=", account_id)]
            if kind == "handle"
            else [(f"sender_{kind}", "=", value)]
            for kind, account_id, value in self._sender_keys(account, values)
        ]
        Message = self.env["logistics.intake.message"]
        found = Message
        for domain in domains:  # at most three
            found |= Message.search(
                [("company_id", "=", account.company_id.id), *domain]
            )
        return found

    @api.private
    def _adopt(self, account, values, partner):
        """Give a sender's open messages and tickets without a contact to the contact."""
        messages = self._same_sender(account, values).filtered(
            lambda message: not message.partner_id
        )
        messages.write({"partner_id": partner.id, "candidate_ids": [(5,)]})
        tickets = messages.ticket_id.filtered(
            lambda ticket: not ticket.partner_id and not ticket.stage_id.closed
        )
        if tickets:
            tickets.write({"partner_id": partner.id})
        return tickets

    @api.private
    def _unmake_contact(self, partner):
        """Take a contact made from a message back; tickets are without one again.

        :raises UserError: it is used by something else by now
        """
        message = partner.logistics_intake_message_id
        if not message:
            raise UserError(
                self.env._(
                    "Contact %s was not made from a message.", partner.display_name
                )
            )
        mine = (
            self.env["logistics.intake.message"]
            .search([("partner_id", "=", partner.id)])
            .ticket_id
        )
        used = self._uses_of(partner, mine | message.ticket_id)
        if used:
            raise UserError(
                self.env._(
                    "Contact %(name)s stays, it is used by now: %(what)s.",
                    name=partner.display_name,
                    what=", ".join(used),
                )
            )
        tickets = self.env["helpdesk.ticket"].search([("partner_id", "=", partner.id)])
        tickets.write({"partner_id": False})
        tickets.message_unsubscribe(partner.ids)
        partner.unlink()
        return tickets

    @api.private
    def _uses_of(self, partner, tickets):
        """Names of the documents that need this contact, tickets of its messages aside."""
        wanted = {
            "sale.order": [
                "|",
                "|",
                ("partner_id", "=", partner.id),
                ("partner_invoice_id", "=", partner.id),
                ("partner_shipping_id", "=", partner.id),
            ],
            "account.move": [("partner_id", "=", partner.id)],
            "stock.picking": [("partner_id", "=", partner.id)],
            "rma": [("partner_id", "=", partner.id)],
            "res.users": [("partner_id", "=", partner.id)],
            "res.partner": [("parent_id", "=", partner.id)],
            "helpdesk.ticket": [
                ("partner_id", "=", partner.id),
                ("id", "not in", tickets.ids),
            ],
        }
        used = []
        for model, domain in wanted.items():
            Model = self.env[model].with_context(active_test=False)
            if Model.search_count(domain, limit=1):
                used.append(self.env["ir.model"]._get(model).name)
        return used

    @api.private
    def _ticket_sender(self, ticket):
        """The sender of a ticket: its first message with one, else what stands on it.

        Only reads: a form shows it.

        :return: ``(account or none, sender values, ledger row or none)``
        """
        messages = self.env["logistics.intake.message"].search(
            [("ticket_id", "=", ticket.id)], order="id"
        )
        for message in messages:
            values = self._message_values(message)
            if self._sender_keys(message.account_id, values):
                return message.account_id, values, message
        values = {
            "sender_name": ticket.partner_name or "",
            "sender_email": email_normalize(ticket.partner_email or "") or "",
            "sender_phone": "",
            "sender_handle": "",
        }
        return messages.account_id.browse(), values, messages[:1]
