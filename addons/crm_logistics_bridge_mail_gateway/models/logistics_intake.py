# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class LogisticsIntake(models.AbstractModel):
    """Chats: the ticket knows its chat, the chat's message knows its ticket."""

    _inherit = "logistics.intake"

    @api.private
    def _chat(self, values):
        return (
            self.env["discuss.channel"]
            .browse(values.get("gateway_channel") or ())
            .exists()
        )

    def _new_ticket(self, account, values, partner, body, ticket_values):
        channel = self._chat(values)
        if channel:
            ticket_values = {
                **(ticket_values or {}),
                "logistics_gateway_channel_id": channel.id,
            }
        return super()._new_ticket(account, values, partner, body, ticket_values)

    def _say(self, ticket, account, values, partner, body, result, files=()):
        said = super()._say(ticket, account, values, partner, body, result, files)
        channel = self._chat(values)
        if channel:
            said.gateway_type = channel.gateway_id.gateway_type
            if not ticket.logistics_gateway_channel_id:
                ticket.logistics_gateway_channel_id = channel
            chatted = self.env["mail.message"].browse(values["gateway_message"])
            # as mail_gateway's own dialog: from the chat one click opens the ticket
            chatted.exists().gateway_message_id = said
        return said

    @api.private
    def _make_contact(self, account, values, message):
        partner = super()._make_contact(account, values, message)
        self._introduce(account, values, partner)
        return partner

    def _contact_of(self, account, values, message):
        partner, new = super()._contact_of(account, values, message)
        self._introduce(account, values, partner)
        return partner, new

    @api.private
    def _introduce(self, account, values, partner):
        """Tell mail_gateway who writes in this chat, as its own dialog does."""
        gateway, token = account.gateway_id, values["sender_handle"]
        if not gateway or not token or not partner:
            return
        Known = self.env["res.partner.gateway.channel"]
        if Known.search_count(
            [("partner_id", "=", partner.id), ("gateway_id", "=", gateway.id)], limit=1
        ):
            return
        guest = self.env["mail.guest"].search(
            [("gateway_id", "=", gateway.id), ("gateway_token", "=", token)], limit=1
        )
        if guest:
            self.env["mail.guest.manage"].create(
                {"guest_id": guest.id, "partner_id": partner.id}
            )._merge_partner(partner)
        else:
            Known.create(
                {
                    "partner_id": partner.id,
                    "gateway_id": gateway.id,
                    "gateway_token": token,
                }
            )
