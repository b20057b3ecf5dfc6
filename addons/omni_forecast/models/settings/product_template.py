# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_open_forecast_series(self):
        """Forecasts of the template's variants."""
        return self.product_variant_ids.action_open_forecast_series()
