# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class LogisticsKpiSource(models.AbstractModel):
    _inherit = "logistics.kpi.source"

    @api.model
    @api.private
    def _order_dimensions(self):
        """The channel of the order is a dimension."""
        return (*super()._order_dimensions(), "sale_channel_id")
