# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import uuid

from markupsafe import Markup

from odoo import models
from odoo.tools import html2plaintext

from odoo.addons.crm_logistics_bridge.engine.files import clean_name, mask_file
from odoo.addons.crm_logistics_bridge.engine.masking import mask_html, mask_text


class DiscussChannel(models.Model):
    """Every gateway posts what customers write here: the place where all of them meet."""

    _inherit = "discuss.channel"

    def message_post(self, *, message_type="notification", **kwargs):
        """Take what a customer wrote into the ledger; note what a colleague answered."""
        gateway = self.sudo().gateway_id
        if (
            not gateway.logistics_intake
            or message_type == "notification"
            or kwargs.get("gateway_message_id")
        ):
            return super().message_post(message_type=message_type, **kwargs)
        if not self.env.context.get("no_gateway_notification"):
            message = super().message_post(message_type=message_type, **kwargs)
            self._logistics_note_answer(message)
            return message
        author = self.env["res.partner"].sudo().browse(kwargs.get("author_id") or ())
        if any(user._is_internal() for user in author.user_ids):
            return super().message_post(message_type=message_type, **kwargs)
        return self._logistics_take_in(message_type, kwargs, super().message_post)

    def _logistics_take_in(self, message_type, kwargs, post):
        """A customer's message: once into the chat, and on to its ticket.

        :param post: function that posts into the chat, mail_gateway's own
        :return: the mail.message of the chat, the first one when it came again
        """
        # sudo: the ledger is the software's own; the gateway's user reads none of it
        intake = self.env["logistics.intake"].sudo()
        account = self.sudo().gateway_id._logistics_account()
        kwargs, files, hidden = self._logistics_masked(kwargs)
        values = self._logistics_values(account, kwargs, files)
        values["masked_count"] = hidden
        ledger, new = intake.env["logistics.intake.message"]._claim(
            account,
            {
                "external_id": values["external_id"],
                "sender_name": values["sender_name"],
                "sender_phone": values["sender_phone"],
                "sender_handle": values["sender_handle"],
                "subject": values["text"].splitlines()[0][:120],
                "masked_count": hidden,
            },
        )
        if not new and ledger.state == "done":
            ledger._again()
            return ledger.gateway_message_id.with_env(self.env)
        message = ledger.gateway_message_id.with_env(self.env)
        if not message:
            message = post(message_type=message_type, **kwargs)
            ledger.gateway_message_id = message.id
        if not new:
            ledger.tries += 1
            intake._kept_files(ledger).unlink()
        intake._work(ledger, {**values, "gateway_message": message.id}, files=files)
        return message

    def _logistics_masked(self, kwargs):
        """What is posted, its sensitive numbers hidden before anything is kept.

        :return: ``(arguments of message_post, list of (name, content), count)``
        """
        kwargs = dict(kwargs)
        body = kwargs.get("body") or ""
        if isinstance(body, Markup):
            masked, counts = mask_html(str(body))
            if counts:
                # serialised again from what the gateway itself vouched for as HTML
                body = Markup(masked)
        else:
            body, counts = mask_text(body)
        kwargs["body"] = body
        hidden, posted, files = sum(counts.values()), [], []
        for attachment in kwargs.get("attachments") or ():
            name, in_name = mask_text(clean_name(attachment[0]) or "file")
            content, in_file = mask_file(attachment[1])
            hidden += sum(in_name.values()) + sum(in_file.values())
            posted.append((name, content, *attachment[2:]))
            files.append(
                (name, content.encode() if isinstance(content, str) else content)
            )
        if posted:
            kwargs["attachments"] = posted
        kept = (
            self.env["ir.attachment"].sudo().browse(kwargs.get("attachment_ids") or ())
        )
        files += [(attachment.name, attachment.raw) for attachment in kept]
        return kwargs, files, hidden

    def _logistics_values(self, account, kwargs, files):
        """A message of the chat as the intake reads it."""
        text = html2plaintext(kwargs["body"] or "").strip()
        names = ", ".join(name for name, _content in files)
        said = "\n".join(part for part in (text, names) if part)
        author = self.env["res.partner"].sudo().browse(kwargs.get("author_id") or ())
        gateway, token = self.sudo().gateway_id, self.sudo().gateway_channel_token or ""
        known = author or (
            self.env["res.partner.gateway.channel"]
            .sudo()
            .search(
                [("gateway_id", "=", gateway.id), ("gateway_token", "=", token)],
                limit=2,
            )
            .partner_id
        )
        known = known if len(known) == 1 else known.browse()
        guest = (
            self.env["mail.guest"]
            .sudo()
            .search(
                [("gateway_id", "=", gateway.id), ("gateway_token", "=", token)],
                limit=1,
            )
        )
        name = mask_text(known.name or guest.name or self.sudo().name or token)[0]
        phone = f"+{token.lstrip('+')}" if self._logistics_is_phone(token) else ""
        return {
            "external_id": self._logistics_external_id(token, said),
            "text": said or self.env._("(a message without text)"),
            "subject": "",
            "sender_name": "" if name == token else name,
            "sender_email": "",
            "sender_phone": phone
            and self.env["logistics.intake"].sudo()._e164(account.company_id, phone),
            "sender_handle": token,
            "partner_id": known.id,
            "ticket": "",
            "conversation": True,
            "gateway_channel": self.id,
        }

    def _logistics_is_phone(self, token):
        """Messengers whose chats are named by the phone number."""
        return (
            self.sudo().gateway_id.gateway_type in ("whatsapp", "sms", "twilio")
            and token.lstrip("+").isdigit()
            and 8 <= len(token.lstrip("+")) <= 15
        )

    def _logistics_external_id(self, token, said):
        """The delivery and, as it may bring several messages, which one of it."""
        update = self.env.context.get("logistics_gateway_update")
        if not update:
            # not by the webhook: nothing says that it came before
            update = uuid.uuid4().hex
        part = hashlib.sha256(f"{token}\n{said}".encode()).hexdigest()[:16]
        return f"{update}#{part}"

    def _logistics_note_answer(self, message):
        """What a colleague answered in Discuss belongs to the ticket as well."""
        if not self.env.user._is_internal() or self.env.su and not message.author_id:
            return
        # sudo: who may answer the customer may have no rights on tickets
        ticket = (
            self.env["helpdesk.ticket"]
            .sudo()
            .search(
                [
                    ("logistics_gateway_channel_id", "=", self.id),
                    ("stage_id.closed", "=", False),
                ],
                order="id desc",
                limit=1,
            )
        )
        if ticket:
            message.sudo().gateway_message_id = ticket.with_context(
                link_gateway_message=True, mail_create_nosubscribe=True
            ).message_post(
                body=message.body,
                author_id=message.author_id.id,
                gateway_type=self.sudo().gateway_id.gateway_type,
                attachment_ids=message.attachment_ids.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
