# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class ForecastRun(models.Model):
    _inherit = "forecast.run"

    def _judge(self, plan):
        """Score what earlier runs said about the periods that are over now, and keep what
        this run says."""
        self.env["forecast.outcome"]._score(plan)
        self.env["forecast.vintage"]._keep(self)
