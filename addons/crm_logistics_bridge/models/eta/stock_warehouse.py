# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_cutoff_hour = fields.Float(
        string="Daily cut-off",
        help="An order confirmed after this hour (company time zone) starts its way "
        "from this warehouse the next open day. 0: the cut-off of the company.",
    )
