# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class ProductProduct(models.Model):
    _inherit = "product.product"

    like_product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="set null",
        domain="[('is_storable', '=', True), ('id', '!=', id)]",
        help="As long as this product has little history of its own, its forecast takes "
        "the profile of the like product.",
    )
    like_ratio = fields.Float(
        string="Expected Ratio",
        digits=(16, 2),
        default=1.0,
        help="Demand of this product for each unit of the like product. Its own demand "
        "corrects it as it comes in.",
    )
    suggested_like_id = fields.Many2one(
        "product.product",
        string="Suggested Like Product",
        compute="_compute_suggested_like_id",
        help="Product of the same category with at least a year of forecast history whose "
        "sales price is closest.",
    )
    forecast_end_date = fields.Date(
        string="Last Day of Demand",
        help="The product is discontinued: it is forecast until this day and not beyond.",
    )

    _like_ratio_positive = models.Constraint(
        "CHECK (like_ratio IS NULL OR like_ratio > 0)",
        "The expected ratio to the like product must be positive.",
    )

    @api.constrains("like_product_id")
    def _check_like_product(self):
        for product in self:
            if product.like_product_id == product:
                raise ValidationError(
                    self.env._(
                        "%s cannot be its own like product.", product.display_name
                    )
                )

    def _compute_suggested_like_id(self):
        """One query for all: candidates are those with a year of forecast history."""
        candidates = {}
        # readers of products need not be readers of forecasts; nothing of them is shown
        rows = self.env.execute_query(
            SQL(
                """
SELECT product.id, template.categ_id
  FROM product_product product
  JOIN product_template template ON template.id = product.product_tmpl_id
 WHERE template.categ_id = ANY(%s) AND product.active AND template.is_storable
   AND EXISTS (
       SELECT 1 FROM forecast_series series JOIN forecast_plan plan
           ON plan.id = series.plan_id
        WHERE series.product_id = product.id AND series.active
          AND series.company_id = ANY(%s)
          AND jsonb_array_length(series.history->'y') >= CASE plan.grain
              WHEN 'month' THEN 12 WHEN 'week' THEN 52 ELSE 365 END)
""",
                self.categ_id.ids,
                self.env.companies.ids,
            )
        )
        allowed = self.search([("id", "in", [row[0] for row in rows])])
        for product in allowed:
            candidates.setdefault(product.categ_id, []).append(product)
        for product in self:
            product.suggested_like_id = product._nearest_by_price(
                candidates.get(product.categ_id, [])
            )

    def _nearest_by_price(self, others):
        """The one of `others` whose sales price is nearest to this product's."""
        self.ensure_one()

        def distance(other):
            return (
                abs(math.log(max(other.lst_price, 0.01) / max(self.lst_price, 0.01))),
                other.id,
            )

        others = [
            other for other in others if other.id not in self._origin.ids + self.ids
        ]
        return min(others, key=distance) if others else self.browse()

    def action_take_suggested_like(self):
        """Take the suggestion as the like product."""
        for product in self:
            if product.suggested_like_id:
                product.like_product_id = product.suggested_like_id
        return True

    def action_open_forecast_series(self):
        """Forecasts of these products."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_series"
        )
        series = self.env["forecast.series"].search([("product_id", "in", self.ids)])
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {}
        if len(series) == 1:
            action.update(res_id=series.id, views=[(False, "form")])
        return action
