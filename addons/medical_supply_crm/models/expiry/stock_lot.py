# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    medical_use_first = fields.Boolean(
        string="Use First",
        readonly=True,
        copy=False,
        help="Set from the expiry board: recorded use takes this lot before others.",
    )
