# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import uuid

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class LogisticsIntakeNote(models.TransientModel):
    """A call or a conversation elsewhere, typed or pasted in by an agent."""

    _name = "logistics.intake.note"
    _description = "Note of a Call or Conversation"

    kind = fields.Selection(
        [
            ("phone", "Phone note"),
            ("voice", "Voice transcript"),
            ("chat", "Chat transcript"),
        ],
        string="What",
        required=True,
        default="phone",
    )
    partner_id = fields.Many2one("res.partner", string="Contact")
    sender_name = fields.Char(string="Name")
    sender_phone = fields.Char(string="Phone")
    sender_email = fields.Char(string="E-mail")
    subject = fields.Char()
    text = fields.Text(required=True)
    # One dialog is one message, however often its button is pressed.
    token = fields.Char(default=lambda self: uuid.uuid4().hex, required=True)

    def action_file(self):
        """File the note like any other message and open its ticket."""
        self.ensure_one()
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise AccessError(
                self.env._("Only agents of customer logistics may file notes.")
            )
        # sudo: the ledger is written by the software; the agent vouches for the text
        env = self.env["logistics.intake"].sudo().env
        account = env["logistics.channel.account"]._own_account(
            self.env.company, self.kind
        )
        message = env["logistics.intake"]._receive(
            account,
            {
                "external_id": self.token,
                "text": self.text,
                "subject": self.subject or "",
                "sender": {
                    "name": self.sender_name or self.partner_id.name or "",
                    "phone": self.sender_phone or "",
                    "email": self.sender_email or "",
                },
                "partner_id": self.partner_id.id,
            },
            ticket_values={"user_id": self.env.uid},
        )
        if message.state == "failed":
            raise UserError(message.reason)
        return message.ticket_id.with_env(self.env).get_formview_action()
