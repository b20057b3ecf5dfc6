# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    medical_event_ids = fields.One2many(
        "medical.event", "ticket_id", string="Threatened Procedures", readonly=True
    )
    medical_product_ids = fields.Many2many(
        "product.product",
        "helpdesk_ticket_medical_product_rel",
        "ticket_id",
        "product_id",
        string="Products Short",
        readonly=True,
    )
    medical_picking_ids = fields.Many2many(
        "stock.picking",
        "helpdesk_ticket_medical_picking_rel",
        "ticket_id",
        "picking_id",
        string="Deliveries on Their Way",
        readonly=True,
    )
