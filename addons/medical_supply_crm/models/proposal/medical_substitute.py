# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MedicalSubstitute(models.Model):
    """What may be used instead of an article, everywhere or in one kit only."""

    _name = "medical.substitute"
    _description = "Substitute"
    _order = "product_id, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    kit_line_id = fields.Many2one(
        "medical.kit.line",
        ondelete="cascade",
        index="btree_not_null",
        help="Only where this kit uses the article. Empty: wherever it is used.",
    )
    kit_id = fields.Many2one(related="kit_line_id.kit_id")
    product_id = fields.Many2one(
        "product.product",
        string="Article",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    substitute_id = fields.Many2one(
        "product.product",
        string="Used Instead",
        required=True,
        index=True,
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    ratio = fields.Float(
        default=1.0,
        required=True,
        digits=(12, 4),
        help="Units of the substitute that do the work of one unit of the article.",
    )
    note = fields.Char(
        translate=True, help="Shown to the hospital with the choice, such as a size."
    )

    _ratio_positive = models.Constraint(
        "CHECK (ratio > 0)", "The ratio of a substitute must be positive."
    )
    _pair_uniq = models.UniqueIndex(
        "(product_id, substitute_id, COALESCE(kit_line_id, 0), COALESCE(company_id, 0))",
        "This substitute is already listed for the article.",
    )

    @api.depends("kit_line_id")
    def _compute_product_id(self):
        for row in self:
            row.product_id = row.kit_line_id.product_id or row.product_id

    @api.depends("substitute_id", "ratio")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.substitute_id.display_name} (× {row.ratio:g})"

    @api.constrains("product_id", "substitute_id", "kit_line_id")
    def _check_products(self):
        for row in self:
            if row.product_id == row.substitute_id:
                raise ValidationError(
                    self.env._(
                        "%s cannot be its own substitute.", row.product_id.display_name
                    )
                )
            if row.kit_line_id and row.kit_line_id.product_id != row.product_id:
                raise ValidationError(
                    self.env._(
                        "The kit uses %(kit)s, not %(product)s.",
                        kit=row.kit_line_id.product_id.display_name,
                        product=row.product_id.display_name,
                    )
                )
