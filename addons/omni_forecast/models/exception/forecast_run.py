# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class ForecastRun(models.Model):
    _inherit = "forecast.run"

    @property
    def _series_update(self):
        return (*super()._series_update, "model_exception")

    def _series_columns(self, plan, chunk, results):
        columns = super()._series_columns(plan, chunk, results)
        # what the backtest says, kept beside what the stock says (see forecast.plan)
        columns["model_exception"] = list(columns["exception"])
        return columns

    def _retire(self, plan):
        result = super()._retire(plan)
        plan._refresh_exceptions()
        return result
