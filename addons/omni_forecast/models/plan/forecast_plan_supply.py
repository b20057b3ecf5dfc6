# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

OWN_RECEIPTS = 3  # of the product itself, for a lead time of its own
VENDOR_RECEIPTS = 5  # of the vendor's other products, for the vendor's lateness
MEMORY_DAYS = 730


class Supply(NamedTuple):
    """How one product comes in; quantities in the product's unit of measure.

    `lead_days` is what plans reckon with: mean of the vendor's (or manufacture's) lead time
    plus the company's days to purchase. `source` says where the mean comes from: "product"
    (receipts of it), "vendor" (stated, plus the vendor's mean lateness), "stated", "made"
    (bill of materials) or "default"; `receipts` counts the receipts it rests on.
    """

    lead_days: float
    moq: float
    vendor: bool
    lead_sd: float = 0.0
    stated_days: float = 0.0
    purchase_days: float = 0.0
    receipts: int = 0
    source: str = "default"
    vendor_id: int = 0


class ForecastPlan(models.Model):
    """Lead times, lot sizes and costs."""

    _inherit = "forecast.plan"

    measure_lead = fields.Boolean(
        string="Measure Lead Times",
        default=True,
        help="Take the vendor's lead time from real receipts (confirmation of the order to "
        "receipt, of the last two years) where there are enough, and keep safety stock for "
        "its variation. Off: the lead time stated on the vendor's price list.",
    )

    @api.private
    def read_supply(self, product_ids):
        """Lead time and minimum quantity of the first vendor of each product.

        The vendor is the one Odoo takes: by sequence, then smallest minimum quantity, then
        price, among those valid today. Without a vendor: the lead time of the bill of
        materials, where Manufacturing is installed, else the plan's own default.

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
       product.id, vendor.delay, vendor.min_qty * vendor_uom.factor / uom.factor,
       partner.commercial_partner_id
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
        before = company.days_to_purchase
        measured = self._measured_leads({(row[0], row[3]) for row in rows})
        found = {}
        for product_id, stated, moq, partner_id in rows:
            mean, sd, receipts, source = measured.get(
                (product_id, partner_id), (None, 0.0, 0, "stated")
            )
            if source == "vendor":
                mean = max(0.0, stated + mean)
            elif mean is None:
                mean = stated
            found[product_id] = Supply(
                lead_days=round(mean + before, 2),
                moq=float(moq or 0.0),
                vendor=True,
                lead_sd=round(sd, 2),
                stated_days=stated,
                purchase_days=before,
                receipts=receipts,
                source=source,
                vendor_id=partner_id,
            )
        missing = [one for one in product_ids if one not in found]
        made = self._manufacturing_days(missing) if missing else {}
        for product_id in missing:
            days = made.get(product_id)
            found[product_id] = (
                Supply(self.lead_days, 0.0, False, stated_days=self.lead_days)
                if days is None
                else Supply(days, 0.0, False, stated_days=days, source="made")
            )
        return found

    def _measured_leads(self, pairs):
        """Lead times as receipts of the last two years show them.

        A receipt counts from the confirmation of its order to the day it was done.
        Enough receipts of the product: their mean and standard deviation. Else enough of
        the vendor: mean and standard deviation of the days past the promised date.

        SQL without record rules: only totals leave it, and only of the plan's company.

        :param pairs: {(product id, id of the vendor's commercial partner)}
        :returns: dict pair -> (mean days or lateness, standard deviation, receipts, source)
        """
        if not self.measure_lead or not pairs:
            return {}
        since = fields.Datetime.subtract(fields.Datetime.now(), days=MEMORY_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
WITH receipt AS (
    SELECT line.product_id, partner.commercial_partner_id AS vendor_id,
           EXTRACT(EPOCH FROM move.date - COALESCE(
               purchase.date_approve, purchase.date_order)) / 86400.0 AS days,
           EXTRACT(EPOCH FROM move.date - line.date_planned) / 86400.0 AS late
      FROM purchase_order purchase
      JOIN res_partner partner ON partner.id = purchase.partner_id
      JOIN purchase_order_line line ON line.order_id = purchase.id
      JOIN stock_move move ON move.purchase_line_id = line.id AND move.state = 'done'
      JOIN stock_location source ON source.id = move.location_id
                                AND source.usage = 'supplier'
     WHERE purchase.company_id = %(company)s AND move.date >= %(since)s
       AND partner.commercial_partner_id = ANY(%(vendors)s)
)
SELECT product_id, vendor_id, COUNT(*),
       AVG(days)::float8, COALESCE(STDDEV_SAMP(days), 0)::float8,
       AVG(late)::float8, COALESCE(STDDEV_SAMP(late), 0)::float8
  FROM receipt WHERE days >= 0
GROUP BY GROUPING SETS ((product_id, vendor_id), (vendor_id))
""",
                company=self.company_id.id,
                since=since,
                vendors=list({vendor for _product, vendor in pairs}),
            )
        )
        known = {(product, vendor): rest for product, vendor, *rest in rows}
        found = {}
        for product, vendor in pairs:
            count, days, days_sd, *_late = known.get((product, vendor), (0, 0, 0))
            if count >= OWN_RECEIPTS:
                found[product, vendor] = (days, days_sd, count, "product")
                continue
            count, _days, _sd, late, late_sd = known.get((None, vendor), (0,) * 5)
            if count >= VENDOR_RECEIPTS:
                found[product, vendor] = (late, late_sd, count, "vendor")
        return found

    def _manufacturing_days(self, product_ids):
        """dict product id -> days to make it, of products with a bill of materials; empty
        without Manufacturing."""
        if "mrp.bom" not in self.env:
            return {}
        products = self.env["product.product"].browse(product_ids)
        # sudo: planners need not read bills of materials; only the days leave them
        boms = (
            self.env["mrp.bom"]
            .sudo()
            ._bom_find(products, company_id=self.company_id.id, bom_type="normal")
        )
        return {
            product.id: bom.produce_delay + bom.days_to_prepare_mo
            for product, bom in boms.items()
            if bom
        }

    def _receiving_days(self):
        """Days between receipt and stock, by warehouse id, where that takes steps.

        Measured as the mean time between the steps of the last half year (five moves at
        least), else the delays on the rules of the warehouse's reception route.
        """
        self.ensure_one()
        stepped = self._scope_warehouses().filtered(
            lambda one: one.reception_steps != "one_step"
        )
        if not stepped:
            return {}
        self.env.flush_all()
        types = stepped.qc_type_id | stepped.store_type_id
        rows = self.env.execute_query(
            SQL(
                """
SELECT kind.warehouse_id, move.picking_type_id,
       AVG(EXTRACT(EPOCH FROM move.date - origin.date))::float8 / 86400.0
  FROM stock_move move
  JOIN stock_picking_type kind ON kind.id = move.picking_type_id
  JOIN stock_move_move_rel rel ON rel.move_dest_id = move.id
  JOIN stock_move origin ON origin.id = rel.move_orig_id AND origin.state = 'done'
 WHERE move.picking_type_id = ANY(%(types)s) AND move.state = 'done'
   AND move.date >= %(since)s
GROUP BY kind.warehouse_id, move.picking_type_id
HAVING COUNT(*) >= %(enough)s
""",
                types=types.ids,
                since=fields.Datetime.subtract(fields.Datetime.now(), days=180),
                enough=VENDOR_RECEIPTS,
            )
        )
        measured = {}
        for warehouse_id, _type, days in rows:
            measured[warehouse_id] = measured.get(warehouse_id, 0.0) + max(0.0, days)
        return {
            warehouse.id: round(measured[warehouse.id], 2)
            if warehouse.id in measured
            else sum(warehouse.reception_route_id.rule_ids.mapped("delay"))
            for warehouse in stepped
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
