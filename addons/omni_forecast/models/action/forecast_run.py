# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models

from ..plan.forecast_plan import GRAINS


class ForecastRun(models.Model):
    """From forecasts to action, at the end of a run."""

    _inherit = "forecast.run"

    def _prepare(self, plan, demands):
        """Add the days that the steps of a receipt take to the lead times."""
        from ...engine.reorder import protection_periods

        inputs = super()._prepare(plan, demands)
        receiving = plan._receiving_days()
        slow = [one for one in inputs if receiving.get(one.warehouse_id)]
        if slow:
            days = [one.lead_days + receiving[one.warehouse_id] for one in slow]
            periods = protection_periods(
                days, plan.review_days, GRAINS[plan.grain][0]
            ).tolist()
            for one, lead, length in zip(slow, days, periods, strict=True):
                one.lead_days, one.periods = lead, length
        return inputs

    def _finish(self, commit):
        done = super()._finish(commit)
        if done:
            self._step(self.env._("Recommending what to do"), 97, commit)
            self._publish(self._plan())
        return done

    def _publish(self, plan):
        """Purchases, transfers, demand estimates and workload of the plan's forecasts; then
        what the automatic mode may do by itself.

        All series take part, also those whose forecast was kept: stock changes every day.
        """
        series = self.env["forecast.series"].search([("plan_id", "=", plan.id)])
        recommendations = self.env["forecast.recommendation"]
        recommendations._refresh(series, run=self)
        self.recommendation_count = recommendations.search_count(
            [("plan_id", "=", plan.id), ("state", "=", "proposed")]
        )
        plan._measure_workload()
        if plan.publish_estimates and not plan.partial_demand:
            plan._publish_estimates()
        if plan.auto_apply:
            recommendations._auto_apply(self, plan)
