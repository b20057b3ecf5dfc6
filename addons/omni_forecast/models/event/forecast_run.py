# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class ForecastRun(models.Model):
    """A run moves the horizon: events of the new periods come into it."""

    _inherit = "forecast.run"

    def _prepare(self, plan, demands):
        inputs = super()._prepare(plan, demands)
        self.env["forecast.event"]._sync_for_run(
            plan,
            [
                (one.product_id, one.warehouse_id)
                for one in inputs
                if not getattr(one, "team_id", False)
            ],
        )
        return inputs
