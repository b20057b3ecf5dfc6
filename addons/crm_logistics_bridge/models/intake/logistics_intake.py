# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL, email_normalize, plaintext2html

from ...engine.mailtext import searchable, split_quote
from ...engine.masking import mask_text
from ...engine.references import Pattern, find_references
from ...engine.samewords import similarity, words

_logger = logging.getLogger(__name__)

#: Texts this alike are the same words.
SAME = 0.85
#: Errors that the database wants to be answered by trying the whole request again.
TRY_AGAIN = (psycopg2.OperationalError, ConcurrencyError)


class LogisticsIntake(models.AbstractModel):
    """What happens to a message on its way to a ticket, whatever channel brought it.

    Ledger, hidden numbers, sender, reply or same words, ticket. Called with sudo by the
    mail gateway, the HTTP endpoint, the portal form and the agents' notes: none of them
    has rights on all of it, and each checks before who may deliver.
    """

    _name = "logistics.intake"
    _description = "Message Intake"

    # -- deliveries other than mails --------------------------------------
    @api.model
    @api.private
    def _receive(self, account, payload, ticket_values=None, files=()):
        """Take in one message; the same one again gets the first answer.

        :param account: logistics.channel.account
        :param dict payload: external_id, text or transcript; optionally subject, sender
            (name, email, phone, handle), partner_id, ticket (its number), sent_at,
            attachments (list of name and content in base64)
        :param dict ticket_values: further values of a new ticket
        :param files: list of (name, content), besides those of the payload
        :return: logistics.intake.message, done or failed
        :raises WrongField: the payload itself is wrong; names field and value
        """
        values = self._checked(account, payload)
        files, hidden = self._checked_files(
            account, [*self._decoded(account, payload), *files]
        )
        values["masked_count"] += hidden
        row = {
            key: values[key]
            for key in (
                "external_id",
                "sender_name",
                "sender_email",
                "sender_phone",
                "sender_handle",
                "subject",
                "masked_count",
            )
        }
        row["subject"] = row["subject"] or values["text"].splitlines()[0][:120]
        message, new = self.env["logistics.intake.message"]._claim(account, row)
        if not new:
            if message.state == "done":
                message._again()
                return message
            message.tries += 1
            # what this delivery brings takes the place of what the failed one left
            self._kept_files(message).unlink()
        self._work(message, values, ticket_values, files)
        return message

    def _work(self, message, values, ticket_values=None, files=()):
        """File a claimed message; a failure is kept on it, with what arrived."""
        try:
            with self.env.cr.savepoint():
                self._file(message, values, ticket_values, files)
                self.env.flush_all()
        except TRY_AGAIN:
            raise
        except Exception as error:
            self._failed(message, error)
            message.payload = {**values, "ticket_values": ticket_values or {}}
            message.words = words(values["text"])
            if not self._kept_files(message):
                self._keep_files(message, files)
        else:
            if message.payload:
                message.payload = False
                self._kept_files(message).unlink()

    @api.private
    def _failed(self, message, error):
        """Keep the reason where agents see it; the log gets no customer text."""
        _logger.warning(
            "Inbound message %s of account %s failed: %s",
            message.id,
            message.account_id.id,
            type(error).__name__,
        )
        reason = (
            str(error)
            if isinstance(error, UserError)
            else f"{type(error).__name__}: {error}"
        )
        message.write(
            {"state": "failed", "reason": mask_text(reason)[0][:2000], "answer": False}
        )

    @api.private
    def _retry(self, message):
        """Try a failed message again with what was kept of it."""
        message.tries += 1
        if message.raw:
            return self._retry_mail(message)
        values = dict(message.payload or {})
        if not values:
            raise UserError(
                self.env._("Nothing was kept of message %s.", message.external_id)
            )
        ticket_values = values.pop("ticket_values", {})
        files = [(kept.name, kept.raw) for kept in self._kept_files(message)]
        return self._work(message, values, ticket_values, files)

    # -- where to ---------------------------------------------------------
    @api.private
    def _ticket_patterns(self, company):
        """Numbering of the tickets, as the reference finder reads it."""
        return tuple(
            Pattern("ticket", prefix, padding)
            for prefix, padding in self.env[
                "logistics.link.resolver"
            ]._ticket_numbering(company.id)
        )

    @api.private
    def _named_ticket(self, account, values, partner):
        """The ticket whose number the message names, if its sender belongs to it.

        The number alone proves nothing: anybody can write one down.
        """
        Ticket = self.env["helpdesk.ticket"]
        patterns = self._ticket_patterns(account.company_id)
        new, quoted = split_quote(values["text"])
        wanted = [values["ticket"]] if values.get("ticket") else []
        for text in (values["subject"], new, quoted):
            wanted += [
                finding.value
                for finding in find_references(searchable(text), patterns)
                if finding.kind == "ticket"
            ]
        if not wanted:
            return Ticket
        found = {
            ticket.number: ticket
            for ticket in Ticket.with_context(active_test=False).search(
                [
                    ("number", "in", list(dict.fromkeys(wanted))[:10]),
                    ("company_id", "=", account.company_id.id),
                ]
            )
        }
        for number in wanted:
            ticket = found.get(number)
            if ticket and self._belongs(ticket, values, partner):
                return ticket
        return Ticket

    @api.private
    def _belongs(self, ticket, values, partner):
        """The sender is the ticket's customer, one of its people, or one of ours."""
        if partner:
            if partner.commercial_partner_id == ticket.commercial_partner_id:
                return True
            if partner in ticket.message_partner_ids:
                return True
            if any(user._is_internal() for user in partner.user_ids):
                return True
        email = values["sender_email"]
        if email and email == email_normalize(ticket.partner_email or ""):
            return True
        senders = [
            (field, "=", values[field])
            for field in ("sender_email", "sender_phone")
            if values[field]
        ]
        if not senders:
            return False
        return bool(
            self.env["logistics.intake.message"].search_count(
                [
                    ("ticket_id", "=", ticket.id),
                    *["|"] * (len(senders) - 1),
                    *senders,
                ],
                limit=1,
            )
        )

    @api.private
    def _same_words(self, account, message, values, partner):
        """The open ticket in which this person said the same within the window."""
        Ticket = self.env["helpdesk.ticket"]
        own = words(split_quote(values["text"])[0] or values["text"])
        if not own:
            own = words(values["subject"])
        if account.join_hours <= 0 or not own:
            return Ticket, own
        people = []
        if partner:
            people.append(SQL("m.partner_id = %s", partner.id))
        for field in ("sender_email", "sender_phone"):
            if values[field]:
                people.append(SQL("m.%s = %s", SQL.identifier(field), values[field]))
        if values["sender_handle"]:
            people.append(
                SQL(
                    "(m.sender_handle = %s AND m.account_id = %s)",
                    values["sender_handle"],
                    account.id,
                )
            )
        if not people:
            return Ticket, own
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.ticket_id, m.words FROM logistics_intake_message m
                  JOIN helpdesk_ticket t ON t.id = m.ticket_id
                  LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                 WHERE (%(people)s) AND m.company_id = %(company)s
                   AND m.received_date >= %(since)s AND m.id != %(own)s
                   AND t.active AND s.closed IS NOT TRUE
                 ORDER BY m.received_date DESC, m.id DESC LIMIT 20
                """,
                people=SQL(" OR ").join(people),
                company=account.company_id.id,
                since=fields.Datetime.now() - timedelta(hours=account.join_hours),
                own=message.id,
            )
        )
        best = max(
            (
                (similarity(own, other), -place)
                for place, (_t, other) in enumerate(rows)
            ),
            default=(0, 0),
        )
        if best[0] < SAME:
            return Ticket, own
        return Ticket.browse(rows[-best[1]][0]), own

    @api.private
    def _conversation(self, account, values):
        """The open ticket in which this chat goes on."""
        Ticket = self.env["helpdesk.ticket"]
        if account.conversation_hours <= 0 or not values["sender_handle"]:
            return Ticket
        since = fields.Datetime.now() - timedelta(hours=account.conversation_hours)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.id FROM logistics_intake_message m
                  JOIN helpdesk_ticket t ON t.id = m.ticket_id
                  LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                 WHERE m.account_id = %(account)s AND m.sender_handle = %(handle)s
                   AND m.state = 'done' AND t.active AND s.closed IS NOT TRUE
                   AND (m.received_date >= %(since)s OR EXISTS (
                       SELECT FROM mail_message d
                        WHERE d.model = 'helpdesk.ticket' AND d.res_id = t.id
                          AND d.date >= %(since)s))
                 ORDER BY m.received_date DESC, m.id DESC LIMIT 1
                """,
                account=account.id,
                handle=values["sender_handle"],
                since=since,
            )
        )
        return Ticket.browse(rows[0][0] if rows else ())

    @api.private
    def _place(self, account, message, values):
        """Decide where a message goes and note who sent it.

        :return: ``(ticket or none, result, partner, ledger values)``
        """
        partner, candidates, how = self._identify(account, values)
        self._note_sender(account, message, values, partner, candidates)
        ticket = self._named_ticket(account, values, partner)
        ticket, result = ticket or self._conversation(account, values), "reply"
        same, own = self.env["helpdesk.ticket"], None
        if not ticket:
            same, own = self._same_words(account, message, values, partner)
            ticket, result = same, "joined" if same else "created"
        if how == "unknown" and self._wants_contact(account, values):
            partner, how = self._make_contact(account, values, message), "created"
        return (
            ticket,
            result,
            partner,
            {
                "partner_id": partner.id,
                "identity_reason": how,
                "words": own if own is not None else words(values["text"]),
                **({"candidate_ids": [(6, 0, candidates.ids)]} if candidates else {}),
            },
        )

    def _file(self, message, values, ticket_values=None, files=()):
        """Put a message of a channel other than mail where it belongs.

        :return: its ticket
        """
        account = message.account_id
        ticket, result, partner, noted = self._place(account, message, values)
        message.write(noted)
        body = plaintext2html(values["text"])
        if not ticket:
            ticket = self._new_ticket(account, values, partner, body, ticket_values)
            if values.get("conversation"):
                # its first words stand in the conversation too, read a moment ago
                read = ticket.with_context(logistics_text_read=True)
                self._say(read, account, values, partner, body, result, files)
            else:
                self._keep_files(ticket, files)
        else:
            self._say(ticket, account, values, partner, body, result, files)
        message._finish(ticket, result)
        return ticket

    def _new_ticket(self, account, values, partner, body, ticket_values):
        first = values["text"].strip().splitlines()[0]
        return (
            self.env["helpdesk.ticket"]
            .with_company(account.company_id)
            .create(
                {
                    "name": values["subject"] or first[:120],
                    "description": body,
                    "company_id": account.company_id.id,
                    "team_id": account.team_id.id,
                    "channel_id": account.channel_id.id,
                    "partner_id": partner.id,
                    "partner_name": partner.name or values["sender_name"],
                    "partner_email": values["sender_email"] or partner.email,
                    "user_id": False,
                    **(ticket_values or {}),
                }
            )
        )

    def _say(self, ticket, account, values, partner, body, result, files=()):
        """Add the message to the ticket's conversation, in the sender's name.

        :return: the mail.message
        """
        sender = {"author_id": partner.id} if partner else {"author_id": False}
        if not partner:
            sender["email_from"] = (
                values["sender_email"] or values["sender_name"] or account.name
            )
        return ticket.with_context(
            mail_create_nosubscribe=True, attachments_mime_plainxml=True
        ).message_post(
            body=body,
            attachments=list(files),
            subject=values["subject"] or False,
            message_type="comment",
            # the same words again are for the record; a reply is news to followers
            subtype_xmlid="mail.mt_note" if result == "joined" else "mail.mt_comment",
            **sender,
        )
