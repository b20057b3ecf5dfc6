# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    medical_blocked = fields.Boolean(
        string="Recalled",
        readonly=True,
        copy=False,
        help="All units of this product, which has no lots, are recalled.",
    )
