# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_gather_domain(
        self,
        product_id,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
    ):
        """Recalled units are not offered for reservation. A strict search looks for the
        very quant that a move is about, and must find it."""
        domain = super()._get_gather_domain(
            product_id, location_id, lot_id, package_id, owner_id, strict
        )
        if strict:
            return domain
        if product_id.medical_blocked:
            return Domain.FALSE
        free = Domain("lot_id", "=", False) | Domain(
            "lot_id", "any!", [("medical_blocked", "=", False)]
        )
        return domain & free if product_id.tracking != "none" else domain
