# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    forecast_region = fields.Char(
        help="Region that forecasts are summed up to. Empty: the state of the warehouse's "
        "address, else its country.",
    )

    def _forecast_region(self):
        """Name of the warehouse's region; False where nothing says it."""
        self.ensure_one()
        address = self.partner_id
        return (
            self.forecast_region
            or address.state_id.name
            or address.country_id.name
            or False
        )
