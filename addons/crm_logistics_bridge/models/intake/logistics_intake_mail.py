# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import email
import email.policy

from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_normalize, html2plaintext, plaintext2html
from odoo.tools.mail import email_split, email_split_tuples

from ...engine.files import mask_file
from ...engine.mailtext import (
    forwarded,
    is_auto_reply,
    lost_text,
    plain_chars,
    read_heads,
    read_recipients,
)
from ...engine.masking import MASK, mask_html, mask_text
from .logistics_intake import TRY_AGAIN

MASKED = MASK.encode() * 6


class LogisticsIntake(models.AbstractModel):
    """Mails: Odoo's gateway reads and routes them, this decides about their ticket."""

    _inherit = "logistics.intake"

    @api.model
    @api.private
    def _known_mail(self, key):
        """The ledger's row of a mail that is done, by its Message-Id or hash."""
        message = self.env["logistics.intake.message"].search(
            [
                ("external_id", "=", key),
                ("state", "in", ("done", "ignored")),
                ("account_id.kind", "=", "mail"),
                ("account_id.own", "=", True),
            ],
            limit=1,
        )
        if message:
            message._again()
        return message

    @api.private
    def _is_our_mail(self, message, model):
        """A mail that could not even be routed was meant for the helpdesk."""
        if model:
            return model == "helpdesk.ticket"
        recipients = [
            address.lower() for address in email_split(read_recipients(message))
        ]
        return bool(
            self.env["mail.alias"].search_count(
                [
                    ("alias_model_id.model", "=", "helpdesk.ticket"),
                    "|",
                    ("alias_full_name", "in", recipients),
                    ("alias_name", "in", [a.split("@")[0] for a in recipients]),
                ],
                limit=1,
            )
        )

    @api.private
    def _route_mail(self, message, message_dict, route, process):
        """Take one mail in for one helpdesk route.

        :param process: function(message_dict, route, text_read) that files it, Odoo's own
        :return: id of the ticket, or False where it failed (kept in the ledger)
        """
        company = self._route_company(route)
        account = self.env["logistics.channel.account"]._own_account(company, "mail")
        if not html2plaintext(message_dict.get("body") or "").strip():
            lost = lost_text(message)
            if lost:
                message_dict["body"] = plaintext2html(lost)
        values = self._mail_values(message_dict)
        key = self.env.context.get("logistics_mail_key") or message_dict["message_id"]
        ledger, new = self.env["logistics.intake.message"]._claim(
            account,
            {
                "external_id": key,
                **{
                    name: values[name]
                    for name in (
                        "subject",
                        "sender_name",
                        "sender_email",
                        "masked_count",
                    )
                },
            },
        )
        if not new:
            if ledger.state == "done":
                ledger._again()
                return ledger.ticket_id.id
            ledger.tries += 1
        values["auto_reply"] = not self.env.context.get(
            "logistics_file_anyway"
        ) and is_auto_reply(message, values["subject"])
        try:
            with self.env.cr.savepoint():
                ticket_id = self._file_mail(
                    account, ledger, values, message_dict, route, process
                )
                if ticket_id:
                    self.env.flush_all()
        except TRY_AGAIN:
            raise
        except Exception as error:
            self._failed(ledger, error)
            ledger.raw = base64.b64encode(self._masked_mail(message))
            return False
        if not ticket_id:
            self._ignored(ledger, "auto_reply", message)
        elif not new and ledger.raw:
            ledger.raw = False
        return ticket_id

    def _file_mail(self, account, ledger, values, message_dict, route, process):
        model, thread_id, custom_values, user_id, alias = route
        if values["auto_reply"]:
            # into the ticket it answers, silently; it never makes one
            message_dict["is_internal"] = True
        if thread_id:
            ticket = self.env["helpdesk.ticket"].browse(thread_id)
            author = self.env["res.partner"].browse(values["partner_id"] or ())
            self._note_sender(account, ledger, values, author, author.browse())
            result, noted = (
                "reply",
                {"partner_id": author.id, "identity_reason": "user"},
            )
        else:
            ticket, result, partner, noted = self._place(account, ledger, values)
            if values["auto_reply"] and result != "reply":
                return False
            custom_values = dict(custom_values or {})
            if not html2plaintext(message_dict.get("body") or "").strip():
                # a ticket has to say something; its files and its title do
                custom_values.setdefault("description", Markup("<p><br/></p>"))
            if account.channel_id and "channel_id" not in custom_values:
                custom_values["channel_id"] = account.channel_id.id
            if values["forwarder"]:
                custom_values |= {
                    "partner_id": partner.id,
                    "partner_name": values["sender_name"] or partner.name,
                    "partner_email": values["sender_email"],
                }
            elif partner and not message_dict.get("author_id"):
                message_dict["author_id"] = partner.id
            elif values["sender_name"] and "partner_name" not in custom_values:
                custom_values["partner_name"] = values["sender_name"]
        ticket_id = process(
            message_dict,
            (model, ticket.id, custom_values, user_id, alias),
            text_read=not ticket,
        )
        ledger.write(noted)
        ledger._finish(self.env["helpdesk.ticket"].browse(ticket_id), result)
        return ticket_id

    def _route_company(self, route):
        defaults = route[2] or {}
        if route[1]:
            return self.env["helpdesk.ticket"].browse(route[1]).company_id
        if defaults.get("company_id"):
            return self.env["res.company"].browse(defaults["company_id"])
        team = self.env["helpdesk.ticket.team"].browse(defaults.get("team_id") or ())
        return team.company_id or self.env.company

    def _mail_values(self, message_dict):
        """Hide sensitive numbers in a parsed mail, in place, and read its sender."""
        for name, value in message_dict.items():
            if isinstance(value, str) and plain_chars(value) is not value:
                clean = plain_chars(value)
                # the same markup as before, less what no database takes
                message_dict[name] = (
                    Markup(clean) if isinstance(value, Markup) else clean
                )
        body, in_body = mask_html(str(message_dict.get("body") or ""))
        if in_body:
            # parsed and serialised HTML of what Odoo's gateway had sanitised
            message_dict["body"] = Markup(body)
        subject, in_subject = mask_text(message_dict.get("subject") or "")
        if in_subject:
            message_dict["subject"] = subject
        hidden = sum(in_body.values()) + sum(in_subject.values())
        hidden += self._mask_attachments(message_dict, bool(hidden))
        text = html2plaintext(body)
        (name, address) = (
            email_split_tuples(message_dict["email_from"]) or [("", "")]
        )[0]
        author = self.env["res.partner"].browse(message_dict.get("author_id") or ())
        forwarder = None
        if author and any(user._is_internal() for user in author.user_ids):
            # A colleague passing a customer's mail on; a stranger's word is not taken.
            forwarder = forwarded(subject, text)
            if forwarder:
                name, address, author = forwarder[0], forwarder[1], author.browse()
        return {
            "text": text,
            "subject": subject,
            "sender_name": name,
            "sender_email": email_normalize(address or "") or "",
            "sender_phone": "",
            "sender_handle": "",
            "partner_id": author.id,
            "forwarder": bool(forwarder),
            "masked_count": hidden,
        }

    def _mask_attachments(self, message_dict, found):
        """Hide numbers in text attachments; drop the original where it holds any."""
        hidden, kept = 0, []
        for attachment in message_dict.get("attachments") or []:
            name, in_name = mask_text(plain_chars(attachment[0] or ""))
            content, counts = attachment[1], {}
            if isinstance(content, email.message.EmailMessage):
                # a mail within the mail; as bytes it is kept just so
                masked = self._masked_mail(content)
                counts = {
                    "mail": int(MASKED in masked and MASKED not in bytes(content))
                }
                content = masked
            elif content is not None:
                content, counts = mask_file(content)
            hidden += sum(counts.values()) + sum(in_name.values())
            if name == "original_email.eml" and (any(counts.values()) or found):
                continue
            kept.append(attachment._replace(fname=name, content=content))
        if "attachments" in message_dict:
            message_dict["attachments"] = kept
        return hidden

    def _masked_mail(self, message):
        """The raw mail, to try again, with sensitive numbers hidden in its texts.

        Never fails: what cannot be taken apart is hidden as one text.
        """
        try:
            raw = message if isinstance(message, bytes) else message.as_bytes()
        except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
            raw = str(message.get_payload()).encode("utf-8", "replace")
        try:
            return self._masked_parts(raw)
        except Exception:  # whatever a broken mail breaks, its text is kept
            text = raw.decode("latin-1")
            return mask_text(text)[0].encode("latin-1")

    def _masked_parts(self, raw):
        copy = email.message_from_bytes(raw, policy=email.policy.SMTP)
        for part in copy.walk():
            if part.get_content_maintype() == "text":
                try:
                    text = part.get_content()
                except (LookupError, UnicodeError):
                    continue
                hide = mask_html if part.get_content_subtype() == "html" else mask_text
                masked, counts = hide(text)
                if counts:
                    part.set_content(masked, subtype=part.get_content_subtype())
        for name in ("Subject", "From"):
            masked, counts = mask_text(str(copy.get(name) or ""))
            if counts:
                copy.replace_header(name, masked)
        return copy.as_bytes()

    @api.private
    def _mail_unreadable(self, raw, key, error):
        """Keep a mail that Odoo's gateway could not read or route."""
        ledger = self._claim_mail(raw, key)
        self._failed(ledger, error)
        ledger.raw = base64.b64encode(self._masked_mail(raw))

    @api.private
    def _mail_ignored(self, raw, key, reason):
        """Keep a mail that Odoo's gateway took for a failure report or a loop."""
        self._ignored(self._claim_mail(raw, key), reason, raw)

    @api.private
    def _note_unfiled(self, raw, key):
        """Odoo's gateway took a mail in and made nothing of it: say so, once."""
        Message = self.env["logistics.intake.message"]
        if Message.search_count(
            [("external_id", "=", key), ("account_id.kind", "=", "mail")], limit=1
        ):
            return  # failed or ignored on the way, noted there
        parsed = email.message_from_bytes(raw, policy=email.policy.SMTP)
        known = str(parsed.get("Message-Id") or "").strip()
        if known and self.env["mail.message"].search_count(
            [("message_id", "=", known)], limit=1
        ):
            return  # in some document already, or our own mail coming back
        gone = {"email_from": read_heads(raw)[1], "to": read_recipients(raw)}
        bounce = self.env["mail.thread"]._detect_is_bounce(parsed, gone)
        self._mail_ignored(raw, key, "bounce" if bounce else "loop")

    @api.private
    def _ignored(self, ledger, reason, message):
        ledger.write(
            {
                "state": "ignored",
                "ignored_reason": reason,
                "raw": base64.b64encode(self._masked_mail(message)),
            }
        )

    def _claim_mail(self, raw, key):
        """The ledger's row of a mail of which only some headers may be readable."""
        account = self.env["logistics.channel.account"]._own_account(
            self.env.company, "mail"
        )
        subject, sender = read_heads(raw)
        ledger, new = self.env["logistics.intake.message"]._claim(
            account,
            {
                "external_id": key,
                "subject": mask_text(subject)[0][:500],
                "sender_email": email_normalize((email_split(sender) or [""])[0]) or "",
            },
        )
        if not new:
            ledger.tries += 1
        return ledger

    @api.private
    def _retry_mail(self, message):
        raw = base64.b64decode(message.raw)
        self.env["mail.thread"].with_context(
            logistics_mail_key=message.external_id
        ).message_process("helpdesk.ticket", raw)
