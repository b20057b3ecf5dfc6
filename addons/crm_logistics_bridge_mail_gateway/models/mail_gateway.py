# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class MailGateway(models.Model):
    _inherit = "mail.gateway"

    logistics_intake = fields.Boolean(
        string="Chats become tickets",
        default=True,
        help="What customers write through this gateway passes through the inbound "
        "messages of the helpdesk: one ticket per conversation, answered from there.",
    )
    logistics_account_ids = fields.One2many(
        "logistics.channel.account", "gateway_id", string="Channel Account"
    )

    @api.private
    def _logistics_account(self):
        """The channel account of this gateway, made with its first message."""
        self.ensure_one()
        account = self.with_context(active_test=False).logistics_account_ids[:1]
        if not account:
            company = (
                self.company_id or self.webhook_user_id.company_id or self.env.company
            )
            account = self.env["logistics.channel.account"]._create_once(
                {
                    "name": self.name,
                    "kind": "chat",
                    "code": f"gateway-{self.id}",
                    "company_id": company.id,
                    "gateway_id": self.id,
                    "conversation_hours": 168,
                    "channel_id": self.env["ir.model.data"]._xmlid_to_res_id(
                        "helpdesk_mgmt.helpdesk_ticket_channel_other"
                    ),
                }
            )
        return account
