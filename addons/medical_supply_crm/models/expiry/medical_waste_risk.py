# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalWasteRisk(models.Model):
    """A lot that will probably expire before it is used, as of the last run."""

    _name = "medical.waste.risk"
    _description = "Waste at Risk"
    _order = "expiry, id"
    _rec_name = "product_id"

    storeroom_line_id = fields.Many2one(
        "medical.storeroom.line", required=True, ondelete="cascade", index=True
    )
    storeroom_id = fields.Many2one(
        related="storeroom_line_id.storeroom_id", store=True, index=True
    )
    hospital_id = fields.Many2one(related="storeroom_line_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="storeroom_line_id.company_id", store=True, index=True
    )
    product_id = fields.Many2one(related="storeroom_line_id.product_id", store=True)
    lot_id = fields.Many2one("stock.lot", ondelete="cascade")
    quantity = fields.Float(digits="Product Unit")
    expiry = fields.Date(string="Expiration Date")
