# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    medical_substitute_ids = fields.One2many(
        "medical.substitute", "product_id", string="Substitutes"
    )
    medical_hibc = fields.Char(
        string="HIBC Code",
        index="btree_not_null",
        copy=False,
        help="Labeler code and product number of the HIBC label, without the plus "
        "sign, the unit of measure digit and the check character: for +A123BJC5D6E71G "
        "it is A123BJC5D6E7.",
    )

    def _any_flag(self, name):
        """Whether one of these products bears the mark."""
        return any(self.mapped(name))
