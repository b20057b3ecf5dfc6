# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalKitLine(models.Model):
    """One product of a kit."""

    _name = "medical.kit.line"
    _description = "Supply Kit Line"
    _order = "kit_id, sequence, id"

    kit_id = fields.Many2one(
        "medical.kit", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        domain=[("is_storable", "=", True)],
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    probability = fields.Float(
        digits=(6, 4),
        default=1.0,
        required=True,
        help="Probability that a case uses it: 1 for what is always used.",
    )
    handling = fields.Selection(
        [("open", "Open at Start"), ("hold", "Hold")],
        default="open",
        required=True,
        help="Open at start: unpacked when the case is prepared. Hold: kept at hand, unpacked "
        "only when needed.",
    )
    substitute_ids = fields.One2many(
        "medical.substitute",
        "kit_line_id",
        string="Substitutes",
        help="May be used instead in this kit only.",
    )

    _product_uniq = models.Constraint(
        "UNIQUE (kit_id, product_id)", "The product is already in this kit."
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a kit line must be positive."
    )
    _probability_range = models.Constraint(
        "CHECK (probability > 0 AND probability <= 1)",
        "The probability of use lies above 0 and at most at 1.",
    )
