# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastProblem(models.Model):
    _name = "forecast.problem"
    _description = "Forecast Problem"
    _order = "run_id desc, id"
    _rec_name = "message"

    run_id = fields.Many2one(
        "forecast.run", required=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    series_id = fields.Many2one(
        "forecast.series", index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", ondelete="cascade"
    )
    warehouse_id = fields.Many2one("stock.warehouse", ondelete="cascade")
    code = fields.Char(required=True, help="Kind of problem, stable across languages.")
    message = fields.Text(required=True)
