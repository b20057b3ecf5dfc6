# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

#: Articles offered instead of a returned one.
EXCHANGE_LIMIT = 20


class SaleOrder(models.Model):
    """Another article instead of the returned one, with its price difference."""

    _inherit = "sale.order"

    @api.private
    def _logistics_exchange_articles(self, row):
        """Articles a customer may take instead: variants of it, or of its category.

        :param dict row: as :meth:`_logistics_return_lines` gives it
        :return: list of dicts with product (record), difference (per unit of the order
            line, in the order's currency) and text (the difference in words)
        """
        order, product, line = row["order"], row["product"], row["line"]
        Product = self.env["product.product"].with_company(order.company_id)
        variants = product.product_tmpl_id.product_variant_ids - product
        others = Product.search(
            [
                ("id", "not in", (variants | product).ids),
                ("categ_id", "=", product.categ_id.id),
                ("sale_ok", "=", True),
                ("type", "=", "consu"),
                ("company_id", "in", (False, order.company_id.id)),
                ("uom_id", "=", product.uom_id.id),
            ],
            limit=EXCHANGE_LIMIT,
        )
        offered = (variants | others)[:EXCHANGE_LIMIT]
        prices = order.pricelist_id._get_products_price(
            offered,
            1.0,
            currency=order.currency_id,
            uom=line.product_uom_id,
        )
        paid = line.price_unit * (1 - line.discount / 100)
        articles = []
        for article in offered:
            price = prices.get(article.id, article.lst_price)
            difference = order.currency_id.round(price - paid)
            articles.append(
                {
                    "product": article,
                    "difference": difference,
                    "text": self._logistics_difference_text(order, difference),
                }
            )
        return articles

    def _logistics_difference_text(self, order, difference):
        amount = formatLang(self.env, abs(difference), currency_obj=order.currency_id)
        if order.currency_id.is_zero(difference):
            return self.env._("same price")
        if difference > 0:
            return self.env._("%s more each", amount)
        return self.env._("%s less each", amount)

    def _logistics_exchange_values(self, row, wish, operation):
        """Values of a return for the article wanted instead; none where there is none."""
        wanted = wish.get("exchange")
        if not wanted or operation.action_create_refund:
            return {}
        for article in self._logistics_exchange_articles(row):
            if article["product"].id == wanted:
                return {
                    "logistics_exchange_product_id": wanted,
                    "logistics_exchange_difference": article["difference"],
                }
        raise UserError(
            self.env._(
                "%s: please choose one of the articles offered instead.",
                row["product"].display_name,
            )
        )
