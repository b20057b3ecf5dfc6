# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastPlan(models.Model):
    """Levels above the single forecast."""

    _inherit = "forecast.plan"

    reconciliation = fields.Selection(
        [
            ("bottom_up", "Bottom-Up"),
            ("wls_struct", "Least Squares, Weighted by Structure"),
            ("ols", "Least Squares"),
        ],
        default="bottom_up",
        required=True,
        help="How totals and parts are made to agree. Bottom-up: the forecasts of products "
        "stand, totals are their sums. Least squares: the totals are forecast as well, and "
        "both give way; better where single products are too thin to show a season.",
    )
    node_ids = fields.One2many("forecast.node", "plan_id")
    node_count = fields.Integer(string="Totals", compute="_compute_node_count")

    def _compute_node_count(self):
        counts = dict(
            self.env["forecast.node"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.node_count = counts.get(plan, 0)

    def action_open_nodes(self):
        return self._action_open("omni_forecast.action_forecast_node")
