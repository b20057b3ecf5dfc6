# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsIntakeMessage(models.Model):
    _inherit = "logistics.intake.message"

    gateway_message_id = fields.Many2one(
        "mail.message",
        string="Message of the chat",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
