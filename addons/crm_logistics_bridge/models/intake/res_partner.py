# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...engine.identity import canonical_email


class ResPartner(models.Model):
    _inherit = "res.partner"

    logistics_intake_message_id = fields.Many2one(
        "logistics.intake.message",
        string="Made from message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="crm_logistics_bridge.group_logistics_agent",
    )
    logistics_mailbox = fields.Char(
        compute="_compute_logistics_mailbox",
        store=True,
        help="The mailbox its address leads to, without tags; a hint who wrote.",
    )

    # Odoo looks senders up by both, on every mail, and indexes neither.
    _logistics_email_idx = models.Index("(email_normalized)")
    _logistics_phone_idx = models.Index("(phone_sanitized)")
    _logistics_mailbox_idx = models.Index(
        "(logistics_mailbox) WHERE logistics_mailbox IS NOT NULL"
    )

    @api.depends("email_normalized")
    def _compute_logistics_mailbox(self):
        for partner in self:
            partner.logistics_mailbox = (
                canonical_email(partner.email_normalized) or False
            )
