# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ForecastPlan(models.Model):
    _inherit = "forecast.plan"

    lead_margin_days = fields.Integer(
        string="Lead Time Margin",
        help="Days added to every lead time (negative: taken off), for instance while a "
        "port is closed.",
    )
    scenario_ids = fields.One2many("forecast.scenario", "plan_id", string="Scenarios")
    scenario_count = fields.Integer(compute="_compute_scenario_count")

    _lead_margin_range = models.Constraint(
        "CHECK (lead_margin_days BETWEEN -365 AND 365)",
        "The lead time margin must lie between -365 and 365 days.",
    )

    def _compute_scenario_count(self):
        counts = dict(
            self.env["forecast.scenario"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.scenario_count = counts.get(plan, 0)

    @api.private
    def read_supply(self, product_ids):
        supplies = super().read_supply(product_ids)
        if not self.lead_margin_days:
            return supplies
        return {
            product_id: supply._replace(
                lead_days=max(supply.lead_days + self.lead_margin_days, 0.0)
            )
            for product_id, supply in supplies.items()
        }

    def action_open_scenarios(self):
        return self._action_open("omni_forecast.action_forecast_scenario")
