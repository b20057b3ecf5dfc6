# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import json

from odoo import api, models

#: What messengers call the id of one delivery, and the parts of a chat's message.
IDS = ("update_id", "MessageSid", "SmsMessageSid")
PARTS = ("message", "edited_message", "channel_post", "business_message")


class MailGatewayAbstract(models.AbstractModel):
    _inherit = "mail.gateway.abstract"

    @api.model
    @api.private
    def _logistics_key(self, update):
        """What a messenger's delivery is known by when it comes again.

        The id of the message where the messenger gives one as Telegram or Twilio do,
        else a hash of all it says: what is delivered again is delivered as it was.

        :param update: the parsed JSON of the webhook
        :return: str
        """
        if isinstance(update, dict):
            for part in PARTS:
                said = update.get(part)
                if isinstance(said, dict) and isinstance(said.get("chat"), dict):
                    number, chat = said.get("message_id"), said["chat"].get("id")
                    if number is not None and chat is not None:
                        edited = said.get("edit_date") or ""
                        return f"{part}:{chat}:{number}:{edited}"[:300]
            for name in IDS:
                if isinstance(update.get(name), str | int):
                    return f"{name}:{update[name]}"[:300]
        packed = json.dumps(update, sort_keys=True, ensure_ascii=True)
        return f"sha256:{hashlib.sha256(packed.encode()).hexdigest()}"
