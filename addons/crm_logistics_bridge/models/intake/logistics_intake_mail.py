# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import email
import email.policy

from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.mail import email_split, email_split_tuples

from ...engine.mailtext import forwarded
from ...engine.masking import mask_html, mask_text
from .logistics_intake import TRY_AGAIN


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
                ("state", "=", "done"),
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
            address.lower()
            for header in ("To", "Cc", "Delivered-To")
            for address in email_split(str(message.get(header) or ""))
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
        try:
            with self.env.cr.savepoint():
                ticket_id = self._file_mail(
                    account, ledger, values, message_dict, route, process
                )
                self.env.flush_all()
        except TRY_AGAIN:
            raise
        except Exception as error:
            self._failed(ledger, error)
            ledger.raw = base64.b64encode(self._masked_mail(message))
            return False
        if ledger.raw:
            ledger.raw = False
        return ticket_id

    def _file_mail(self, account, ledger, values, message_dict, route, process):
        model, thread_id, custom_values, user_id, alias = route
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
            custom_values = dict(custom_values or {})
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
            name, content = attachment[0], attachment[1]
            if isinstance(content, str):
                content, counts = mask_text(content)
                hidden += sum(counts.values())
                if name == "original_email.eml" and (counts or found):
                    continue
                attachment = attachment._replace(content=content)
            elif isinstance(content, bytes) and len(content) < 1_000_000:
                try:
                    masked, counts = mask_text(content.decode("utf-8"))
                except UnicodeDecodeError:
                    counts = {}
                if counts:
                    hidden += sum(counts.values())
                    attachment = attachment._replace(content=masked.encode())
            kept.append(attachment)
        if "attachments" in message_dict:
            message_dict["attachments"] = kept
        return hidden

    def _masked_mail(self, message):
        """The raw mail, to try again, with sensitive numbers hidden in its texts."""
        copy = email.message_from_bytes(message.as_bytes(), policy=email.policy.SMTP)
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
        masked, counts = mask_text(str(copy.get("Subject") or ""))
        if counts:
            copy.replace_header("Subject", masked)
        return copy.as_bytes()

    @api.private
    def _mail_unreadable(self, message, key, error):
        """Keep a mail that Odoo's gateway could not read or route."""
        account = self.env["logistics.channel.account"]._own_account(
            self.env.company, "mail"
        )
        sender = email_split(str(message.get("From") or ""))
        ledger, new = self.env["logistics.intake.message"]._claim(
            account,
            {
                "external_id": key,
                "subject": mask_text(str(message.get("Subject") or ""))[0][:500],
                "sender_email": email_normalize(sender[0]) if sender else "",
            },
        )
        if not new:
            ledger.tries += 1
        self._failed(ledger, error)
        ledger.raw = base64.b64encode(self._masked_mail(message))

    @api.private
    def _retry_mail(self, message):
        raw = base64.b64decode(message.raw)
        self.env["mail.thread"].with_context(
            logistics_mail_key=message.external_id
        ).message_process("helpdesk.ticket", raw)
