# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from .forecast_plan_demand import Demand


class ForecastPlan(models.Model):
    """Products that begin and products that end."""

    _inherit = "forecast.plan"

    like_mode = fields.Selection(
        [
            ("off", "Do Not"),
            ("chosen", "Where One Is Chosen on the Product"),
            ("category", "Chosen, Else the Nearest of the Category"),
        ],
        string="Borrow from Like Products",
        default="chosen",
        required=True,
        help="A new product takes the profile of a like one until it has a history of its "
        "own. Nearest: the product of the category whose sales price is closest.",
    )
    fade_ended = fields.Boolean(
        string="Fade Out Products No Longer Sold",
        default=True,
        help="Products whose sale has been stopped, unless they are parts of kits or "
        "manufactured products. A last day of demand on the product always counts.",
    )
    fade_periods = fields.Integer(
        string="Fade-Out",
        default=3,
        help="Periods in which the forecast of a product no longer sold falls to nothing.",
    )

    _fade_periods_range = models.Constraint(
        "CHECK (fade_periods >= 0)", "The periods of fading must not be negative."
    )

    def _like_products(self, inputs):
        """Like products of those among `inputs` that may borrow.

        :returns: dict product id -> (like product id, expected ratio of their levels)
        """
        self.ensure_one()
        if self.like_mode == "off" or not inputs:
            return {}
        products = self.env["product.product"].browse(
            {one.product_id for one in inputs}
        )
        likes = {
            product.id: (product.like_product_id.id, product.like_ratio)
            for product in products
            if product.like_product_id
        }
        if self.like_mode == "category":
            length = defaultdict(int)
            for one in inputs:
                length[one.product_id] = max(length[one.product_id], len(one.history))
            longest = max(length.values())
            teachers = defaultdict(list)
            for product in products:
                if length[product.id] >= max(6, longest // 2):
                    teachers[product.categ_id].append(product)
            for product in products:
                if product.id in likes or length[product.id] >= 6:
                    continue
                near = product._nearest_by_price(teachers[product.categ_id])
                if near:
                    likes[product.id] = (near.id, 1.0)
        return likes

    def _unborn(self, demands):
        """Demand rows without any quantity for products that have never been sold but
        have a like product: one in each warehouse where that one sells.

        :param demands: list of Demand; :returns: list of Demand
        """
        self.ensure_one()
        if self.like_mode == "off" or not demands:
            return []
        until = {place[0]: place[3] for place in self._places()}
        known = {(one.product_id, one.warehouse_id) for one in demands}
        places = defaultdict(list)
        for one in demands:
            places[one.product_id].append(one.warehouse_id)
        products = self.env["product.product"].search(
            Domain("like_product_id", "in", list(places)) & self._product_domain()
        )
        return [
            Demand(product.id, warehouse_id, until[warehouse_id], [], 0, 0)
            for product in products
            for warehouse_id in places[product.like_product_id.id]
            if (product.id, warehouse_id) not in known
        ]

    def _ending_products(self, product_ids):
        """Products that end.

        :returns: dict product id -> (last day with demand or None, day from which the
            demand fades or None)
        """
        self.ensure_one()
        stopped = Domain.FALSE
        if self.fade_ended:
            stopped = Domain("sale_stop_date", "!=", False)
            if "mrp.bom.line" in self.env:
                # parts are not sold themselves, yet they are delivered; sudo: planners
                # need not be allowed to read bills of materials
                lines = self.env["mrp.bom.line"].sudo()
                parts = lines.search([("product_id", "in", list(product_ids))])
                stopped &= Domain("id", "not in", parts.product_id.ids)
        products = self.env["product.product"].search(
            Domain("id", "in", list(product_ids))
            & (Domain("forecast_end_date", "!=", False) | stopped)
        )
        return {
            product.id: (product.forecast_end_date, None)
            if product.forecast_end_date
            else (None, product.sale_stop_date)
            for product in products
        }
