# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Days are refreshed by the promise and by the arrival of deliveries.
    _logistics_promised_idx = models.Index(
        "(COALESCE(logistics_promise_date, date_deadline, scheduled_date)) "
        "WHERE sale_id IS NOT NULL"
    )
    _logistics_done_idx = models.Index(
        "(COALESCE(date_delivered, date_done)) WHERE sale_id IS NOT NULL"
    )
