# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models

from odoo.addons.crm_logistics_bridge.models.intake.logistics_intake import TRY_AGAIN

_logger = logging.getLogger(__name__)


class HelpdeskTicket(models.Model):
    """Answers to a chat go out where it came from."""

    _inherit = "helpdesk.ticket"

    logistics_gateway_channel_id = fields.Many2one(
        "discuss.channel",
        string="Chat",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    logistics_gateway_note = fields.Char(compute="_compute_logistics_gateway_note")

    @api.depends("logistics_gateway_channel_id")
    def _compute_logistics_gateway_note(self):
        # sudo: where an answer goes is shown to whoever may answer
        for ticket in self:
            channel = ticket.sudo().logistics_gateway_channel_id
            ticket.logistics_gateway_note = (
                self.env._(
                    "Messages to the customer go out to %(chat)s through %(gateway)s.",
                    chat=channel.name,
                    gateway=channel.gateway_id.name,
                )
                if channel
                else False
            )

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if self._logistics_goes_out(message, kwargs):
            self._logistics_send_out(message)
        return recipients

    def _logistics_goes_out(self, message, kwargs):
        """A colleague wrote to the customer of a chat."""
        if (
            len(self) != 1
            or self.env.context.get("link_gateway_message")
            or self.env.context.get("no_gateway_notification")
            or kwargs.get("gateway_notifications")
        ):
            return False
        channel = self.sudo().logistics_gateway_channel_id
        written = message.sudo()
        return bool(
            channel.gateway_id
            and written.message_type == "comment"
            and not written.is_internal
            and written.subtype_id
            and not written.subtype_id.internal
            and any(user._is_internal() for user in written.author_id.user_ids)
        )

    def _logistics_send_out(self, message):
        """Send a message of the ticket to its chat, by mail_gateway's own way.

        A gateway that refuses leaves a failure on the message, not a lost text.
        """
        # sudo: agents need no rights on messengers; what goes out is their own message
        channel = self.sudo().logistics_gateway_channel_id
        address = (
            self.env["res.partner.gateway.channel"]
            .sudo()
            .new(
                {
                    "gateway_id": channel.gateway_id.id,
                    "gateway_token": channel.gateway_channel_token,
                }
            )
        )
        try:
            with self.env.cr.savepoint():
                message.sudo()._send_to_gateway_thread(address)
        except TRY_AGAIN:
            raise
        except Exception as error:
            _logger.warning(
                "Message %s was not sent through gateway %s: %s",
                message.id,
                channel.gateway_id.id,
                type(error).__name__,
            )
            self.env["mail.notification"].sudo().create(
                {
                    "mail_message_id": message.id,
                    "gateway_channel_id": channel.id,
                    "notification_type": "gateway",
                    "gateway_type": channel.gateway_id.gateway_type,
                    "notification_status": "exception",
                    "failure_type": "unknown",
                    "failure_reason": str(error)[:500],
                }
            )
            message.sudo()._notify_message_notification_update()

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """The customer of a chat gets the answer there, not by mail as well."""
        suggested = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email
        )
        for ticket in self:
            if ticket.sudo().logistics_gateway_channel_id:
                suggested[ticket.id]["partners"] -= ticket.partner_id
        return suggested
