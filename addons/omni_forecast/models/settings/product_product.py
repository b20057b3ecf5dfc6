# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_open_forecast_series(self):
        """Forecasts of these products."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_series"
        )
        series = self.env["forecast.series"].search([("product_id", "in", self.ids)])
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {}
        if len(series) == 1:
            action.update(res_id=series.id, views=[(False, "form")])
        return action
