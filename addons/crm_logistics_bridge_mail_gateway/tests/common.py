# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A small messenger that speaks as Telegram's webhook does."""

import base64
from unittest.mock import patch

from markupsafe import Markup, escape

from odoo.addons.crm_logistics_bridge.tests.common import LogisticsData

#: In the registry already; mail_gateway's own tests use it in the same way.
TYPE = "abstract"


def receive_update(self, gateway, update):
    """What a gateway add-on does with a delivery: chat, author, message."""
    said = update.get("message")
    if not said:
        return
    chat = self._get_channel(gateway, str(said["chat"]["id"]), update)
    if not chat:
        return
    author = self._get_author(gateway, update)
    if author._name == "mail.guest":
        self = self.with_context(guest=author)
        chat = chat.with_context(guest=author)
    message = chat.message_post(
        body=Markup("<p>%s</p>") % escape(said.get("text", "")),
        author_id=author._name == "res.partner" and author.id,
        gateway_type=gateway.gateway_type,
        subtype_xmlid="mail.mt_comment",
        message_type="comment",
        attachments=[
            (one["name"], base64.b64decode(one["data"]), {})
            for one in said.get("files", ())
        ],
    )
    self._post_process_message(message, chat)


def get_author(_self, gateway, update):
    """The partner of the chat, or a guest."""
    token = str(update.get("message", {}).get("chat", {}).get("id") or "")
    domain = [("gateway_id", "=", gateway.id), ("gateway_token", "=", token)]
    known = gateway.env["res.partner.gateway.channel"].search(domain, limit=1)
    if known:
        return known.partner_id
    if not token:
        return gateway.env["mail.guest"]
    guest = gateway.env["mail.guest"].search(domain, limit=1)
    return guest or gateway.env["mail.guest"].create(
        {
            "gateway_id": gateway.id,
            "gateway_token": token,
            "name": update["message"]["from"]["first_name"],
        }
    )


class MessengerData(LogisticsData):
    """A messenger with its webhook in place; `cls.sent` is what went out."""

    @classmethod
    def set_up_messenger(cls):
        cls.set_up_shop()
        field = cls.env["mail.gateway"]._fields["gateway_type"]
        for name, value in (
            ("selection", [*(field.selection or []), (TYPE, "Messenger")]),
            ("_selection", {**field._selection, TYPE: "Messenger"}),
        ):
            cls.addClassCleanup(setattr, field, name, getattr(field, name))
            setattr(field, name, value)
        cls.sent = []

        def send(_self, _gateway, record, **_more):
            cls.sent.append(
                (
                    record.gateway_channel_id.gateway_channel_token,
                    str(record.mail_message_id.body),
                    record.mail_message_id.attachment_ids.mapped("name"),
                )
            )
            record.sudo().gateway_message_id = f"out-{len(cls.sent)}"

        model = type(cls.env["mail.gateway.abstract"])
        for name, function in (
            ("_receive_update", receive_update),
            ("_get_author", get_author),
            ("_send", send),
        ):
            patcher = patch.object(model, name, function, create=True)
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        cls.gateway = cls.env["mail.gateway"].create(
            {
                "name": "Shop bot",
                "token": "gateway-test-token",
                "gateway_type": TYPE,
                "webhook_key": "gateway-test-key",
            }
        )
        cls.gateway.set_webhook()
