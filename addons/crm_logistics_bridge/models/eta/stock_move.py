# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    # Goods are reserved and released on moves (a receipt reserves what waits for it):
    # whether a delivery waits for goods is known here first.
    def _action_assign(self, force_qty=False):
        result = super()._action_assign(force_qty=force_qty)
        self.picking_id._logistics_schedule_refresh()
        return result

    def _do_unreserve(self):
        result = super()._do_unreserve()
        self.picking_id._logistics_schedule_refresh()
        return result
