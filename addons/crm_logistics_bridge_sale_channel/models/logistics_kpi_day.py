# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class LogisticsKpiDay(models.Model):
    _inherit = "logistics.kpi.day"

    sale_channel_id = fields.Many2one("sale.channel", readonly=True, ondelete="cascade")
