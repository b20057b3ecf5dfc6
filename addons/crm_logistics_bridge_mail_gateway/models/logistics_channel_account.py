# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsChannelAccount(models.Model):
    _inherit = "logistics.channel.account"

    gateway_id = fields.Many2one(
        "mail.gateway",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The messenger gateway that feeds this account.",
    )

    _gateway_uniq = models.UniqueIndex(
        "(gateway_id) WHERE gateway_id IS NOT NULL",
        "A gateway has one channel account.",
    )
