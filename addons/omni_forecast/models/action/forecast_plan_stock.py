# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import dataclass, field
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ..plan.forecast_plan_demand import STEPS


@dataclass(slots=True)
class Stock:
    """What one product has, gets and owes in one warehouse, in its unit of measure.

    `incoming`, `orders` (booked by customers) and `other_out` are lists of (day, quantity).
    """

    on_hand: float = 0.0
    drafted: float = 0.0
    incoming: list = field(default_factory=list)
    orders: list = field(default_factory=list)
    other_out: list = field(default_factory=list)

    def total(self, name):
        return sum(quantity for _day, quantity in getattr(self, name))

    @property
    def supply(self):
        """On hand, on its way, or in a draft order."""
        return self.on_hand + self.total("incoming") + self.drafted

    @property
    def free(self):
        """On hand and promised to nobody."""
        return self.on_hand - self.total("orders") - self.total("other_out")


class SellerOffer(NamedTuple):
    """A line of a vendor's price list; quantities in the product's unit, `price` for one
    of it in the company's currency, `lot` = one unit of the vendor."""

    supplierinfo_id: int
    partner_id: int
    sequence: int
    min_qty: float
    price: float
    lot: float
    uom_id: int
    delay: int
    currency_id: int
    commercial_id: int


class ForecastPlan(models.Model):
    """Reading stock and offers of many products by few queries."""

    _inherit = "forecast.plan"

    def _read_stock(self, product_ids, warehouses=None):
        """Stock of products in warehouses.

        The whole warehouse counts, so that goods between two steps of a receipt or a
        delivery are neither lost nor counted twice: moves inside it are ignored, and of a
        chain that leaves it only the last move that exists. Draft requests for quotation
        count as Odoo's own replenishment counts them.

        SQL without record rules, as in `read_demand`: restricted to the warehouses given,
        which are the plan's.

        :returns: dict (product id, warehouse id) -> Stock, only where there is anything
        """
        self.ensure_one()
        warehouses = self._scope_warehouses() if warehouses is None else warehouses
        product_ids = list(product_ids)
        found = {}

        def at(product_id, warehouse_id):
            return found.setdefault((product_id, warehouse_id), Stock())

        if not product_ids or not warehouses:
            return found
        self.env.flush_all()
        for product_id, warehouse_id, quantity in self.env.execute_query(
            SQL(
                """
SELECT quant.product_id, location.warehouse_id, SUM(quant.quantity)::float8
  FROM stock_quant quant
  JOIN stock_location location ON location.id = quant.location_id
   AND location.usage = 'internal' AND location.warehouse_id = ANY(%(places)s)
 WHERE quant.product_id = ANY(%(products)s)
GROUP BY quant.product_id, location.warehouse_id
""",
                places=warehouses.ids,
                products=product_ids,
            )
        ):
            at(product_id, warehouse_id).on_hand = quantity
        for (
            product_id,
            source,
            target,
            customer,
            day,
            quantity,
        ) in self.env.execute_query(
            SQL(
                """
SELECT move.product_id, source.warehouse_id, final.warehouse_id,
       final.usage = 'customer', move.date::date, SUM(move.product_qty)::float8
  FROM stock_move move
  JOIN stock_location source ON source.id = move.location_id
  JOIN stock_location final
    ON final.id = COALESCE(move.location_final_id, move.location_dest_id)
 WHERE move.product_id = ANY(%(products)s)
   AND move.state IN ('waiting', 'confirmed', 'assigned', 'partially_available')
   AND source.warehouse_id IS DISTINCT FROM final.warehouse_id
   AND (source.warehouse_id = ANY(%(places)s) OR final.warehouse_id = ANY(%(places)s))
   AND NOT EXISTS (
       SELECT FROM stock_move_move_rel rel
         JOIN stock_move later ON later.id = rel.move_dest_id
          AND later.state NOT IN ('done', 'cancel')
         JOIN stock_location later_source ON later_source.id = later.location_id
        WHERE rel.move_orig_id = move.id
          AND later_source.warehouse_id = source.warehouse_id)
GROUP BY 1, 2, 3, 4, 5
""",
                places=warehouses.ids,
                products=product_ids,
            )
        ):
            if source in warehouses._ids:
                name = "orders" if customer else "other_out"
                getattr(at(product_id, source), name).append((day, quantity))
            if target in warehouses._ids:
                at(product_id, target).incoming.append((day, quantity))
        products = self.env["product.product"].browse(product_ids)
        _by_place, drafts = products._get_quantity_in_progress(
            warehouse_ids=warehouses.ids
        )
        for (product_id, warehouse_id), quantity in drafts.items():
            if warehouse_id in warehouses._ids:
                at(product_id, warehouse_id).drafted += quantity
        return found

    def _period_after(self, day):
        """First day of the period after the one that begins on `day`."""
        return day + STEPS[self.grain]

    def _read_offers(self, product_ids):
        """Price lists of the vendors of products, valid today, in Odoo's order.

        :returns: dict product id -> list of SellerOffer
        """
        self.ensure_one()
        company = self.company_id
        self.env["product.supplierinfo"].check_access("read")
        self.env.flush_all()
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
SELECT product.id, vendor.id, vendor.partner_id, vendor.sequence,
       (vendor.min_qty * vendor_uom.factor / uom.factor)::float8,
       (vendor.price * (1 - COALESCE(vendor.discount, 0) / 100)
           * uom.factor / vendor_uom.factor)::float8,
       (vendor_uom.factor / uom.factor)::float8, vendor.product_uom_id, vendor.delay,
       vendor.currency_id, partner.commercial_partner_id
  FROM product_product product
  JOIN product_template template ON template.id = product.product_tmpl_id
  JOIN uom_uom uom ON uom.id = template.uom_id
  JOIN product_supplierinfo vendor ON vendor.product_tmpl_id = template.id
   AND (vendor.product_id IS NULL OR vendor.product_id = product.id)
   AND (vendor.company_id IS NULL OR vendor.company_id = %(company)s)
   AND (vendor.date_start IS NULL OR vendor.date_start <= %(today)s)
   AND (vendor.date_end IS NULL OR vendor.date_end >= %(today)s)
  JOIN uom_uom vendor_uom ON vendor_uom.id = vendor.product_uom_id
  JOIN res_partner partner ON partner.id = vendor.partner_id AND partner.active
 WHERE product.id = ANY(%(products)s) AND template.purchase_ok
ORDER BY product.id, vendor.sequence, vendor.min_qty DESC, vendor.price, vendor.id
""",
                company=company.id,
                today=today,
                products=list(product_ids),
            )
        )
        rates = {}
        found = {}
        for product_id, *row in rows:
            offer = SellerOffer(*row)
            currency = self.env["res.currency"].browse(offer.currency_id)
            if currency not in rates:
                rates[currency] = currency._convert(
                    1.0, company.currency_id, company, today, round=False
                )
            found.setdefault(product_id, []).append(
                offer._replace(price=offer.price * rates[currency])
            )
        return found
