# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    logistics_link_ids = fields.One2many(
        "logistics.ticket.link", "ticket_id", string="Links", readonly=True
    )
