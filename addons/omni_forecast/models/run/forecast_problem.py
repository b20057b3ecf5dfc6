# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ...tools.texts import problem_text


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
    figures = fields.Json(help="Numbers and names that belong to the code.")
    message = fields.Text(
        required=True, help="In the language of whoever ran the plan."
    )
    text = fields.Text(string="Problem", compute="_compute_text")

    @api.depends("code", "figures", "message")
    @api.depends_context("lang")
    def _compute_text(self):
        for problem in self:
            problem.text = problem_text(
                self.env, problem.code, problem.figures, problem.message
            )
