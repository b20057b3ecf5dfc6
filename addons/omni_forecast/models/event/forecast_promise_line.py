# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import formatLang


class ForecastPromiseLine(models.Model):
    _name = "forecast.promise.line"
    _description = "Promise Check by Product and Warehouse"
    _order = "promise_id desc, late desc, id"
    _rec_name = "product_id"

    promise_id = fields.Many2one(
        "forecast.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    demand = fields.Float(digits="Product Unit")
    on_time = fields.Float(digits="Product Unit")
    late = fields.Float(digits="Product Unit")
    share = fields.Float(string="On Time (%)", digits=(16, 4), aggregator="avg")
    stock = fields.Float(string="On Hand", digits="Product Unit")
    incoming = fields.Float(
        digits="Product Unit", help="Confirmed receipts up to the end of the event."
    )
    missing = fields.Float(
        digits="Product Unit",
        help="Units that must be there in addition for stock never to run out.",
    )
    first_date = fields.Date(string="Breaks on")
    cause = fields.Selection(
        [("stock", "Out of Stock"), ("capacity", "Capacity Reached")]
    )

    def _break_sentence(self):
        """Where and when it breaks first."""
        self.ensure_one()
        values = {
            "date": self.promise_id._date(self.first_date),
            "product": self.product_id.display_name,
            "warehouse": self.warehouse_id.name,
        }
        if self.cause == "capacity":
            return self.env._(
                "It breaks first on %(date)s in %(warehouse)s: the day's orders exceed what "
                "the warehouse can send (%(capacity)s units a day).",
                capacity=formatLang(
                    self.env, self.warehouse_id.forecast_daily_capacity, digits=0
                ),
                **values,
            )
        return self.env._(
            "It breaks first on %(date)s in %(warehouse)s: %(product)s is out of stock.",
            **values,
        )
