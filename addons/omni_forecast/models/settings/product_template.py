# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    like_product_id = fields.Many2one(
        "product.product",
        compute="_compute_like_product_id",
        inverse="_inverse_like_product_id",
        search="_search_like_product_id",
        help="As long as this product has little history of its own, its forecast takes "
        "the profile of the like product.",
    )
    like_ratio = fields.Float(
        string="Expected Ratio",
        digits=(16, 2),
        compute="_compute_like_ratio",
        inverse="_inverse_like_ratio",
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
        compute="_compute_forecast_end_date",
        inverse="_inverse_forecast_end_date",
        help="The product is discontinued: it is forecast until this day and not beyond.",
    )
    sale_stop_date = fields.Date(
        string="Sale Stopped on",
        compute="_compute_sale_stop_date",
        store=True,
        help="Day on which “Sales” was taken off the product.",
    )

    def _get_related_fields_variant_template(self):
        return super()._get_related_fields_variant_template() + [
            "like_product_id",
            "like_ratio",
            "forecast_end_date",
        ]

    @api.depends("product_variant_ids.like_product_id")
    def _compute_like_product_id(self):
        self._compute_template_field_from_variant_field("like_product_id")

    def _inverse_like_product_id(self):
        self._set_product_variant_field("like_product_id")

    def _search_like_product_id(self, operator, value):
        return [("product_variant_ids.like_product_id", operator, value)]

    @api.depends("product_variant_ids.like_ratio")
    def _compute_like_ratio(self):
        self._compute_template_field_from_variant_field("like_ratio", default=1.0)

    def _inverse_like_ratio(self):
        self._set_product_variant_field("like_ratio")

    @api.depends("product_variant_ids")
    def _compute_suggested_like_id(self):
        self._compute_template_field_from_variant_field("suggested_like_id")

    @api.depends("product_variant_ids.forecast_end_date")
    def _compute_forecast_end_date(self):
        self._compute_template_field_from_variant_field("forecast_end_date")

    def _inverse_forecast_end_date(self):
        self._set_product_variant_field("forecast_end_date")

    @api.depends("sale_ok")
    def _compute_sale_stop_date(self):
        today = fields.Date.context_today(self)
        for template in self:
            template.sale_stop_date = (
                False if template.sale_ok else template.sale_stop_date or today
            )

    def action_take_suggested_like(self):
        """Take the suggestion as the like product of the only variant."""
        return self.product_variant_ids.action_take_suggested_like()

    def action_open_forecast_series(self):
        """Forecasts of the template's variants."""
        return self.product_variant_ids.action_open_forecast_series()
