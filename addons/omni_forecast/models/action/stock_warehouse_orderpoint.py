# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    forecast_locked = fields.Boolean(
        string="Keep My Values",
        copy=False,
        help="Forecasts neither propose nor make changes to this rule.",
    )

    def action_open_forecasts(self):
        """Forecasts of the rule's product in its warehouse."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_series"
        )
        series = self.env["forecast.series"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("warehouse_id", "=", self.warehouse_id.id),
            ]
        )
        action["domain"] = [("id", "in", series.ids)]
        action["context"] = {}
        if len(series) == 1:
            action.update(res_id=series.id, views=[(False, "form")])
        return action
