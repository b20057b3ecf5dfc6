# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Supply(NamedTuple):
    """How one product comes in; quantities in the product's unit of measure."""

    lead_days: float
    moq: float
    vendor: bool


class ForecastPlan(models.Model):
    """Lead times, lot sizes and costs."""

    _inherit = "forecast.plan"

    @api.private
    def read_supply(self, product_ids):
        """Lead time and minimum quantity of the first vendor of each product.

        Lead time = vendor's delay + the company's days to purchase; without a vendor
        the plan's own default. The vendor is the one Odoo takes: by sequence, then
        smallest minimum quantity, then price, among those valid today.

        :returns: dict product id -> Supply
        """
        self.ensure_one()
        company = self.company_id
        self.env["product.supplierinfo"].check_access("read")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
SELECT DISTINCT ON (product.id)
       product.id, vendor.delay, vendor.min_qty * vendor_uom.factor / uom.factor
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
 WHERE product.id = ANY(%(products)s)
ORDER BY product.id, vendor.sequence, vendor.min_qty, vendor.price, vendor.id
""",
                company=company.id,
                today=fields.Date.context_today(self),
                products=list(product_ids),
            )
        )
        found = {
            product_id: Supply(
                delay + company.days_to_purchase, float(moq or 0.0), True
            )
            for product_id, delay, moq in rows
        }
        default = Supply(self.lead_days, 0.0, False)
        return {
            product_id: found.get(product_id, default) for product_id in product_ids
        }

    @api.private
    def read_costs(self, product_ids):
        """Unit cost and sales price of each product in the plan's company.

        :returns: dict product id -> (cost, price)
        """
        products = (
            self.env["product.product"]
            .with_company(self.company_id)
            .browse(product_ids)
        )
        # standard_price is for employees only; a planner's record rules have already
        # chosen the products
        return {
            product.id: (product.standard_price, product.lst_price)
            for product in products
        }
