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
        domain = super()._get_gather_domain(
            product_id, location_id, lot_id, package_id, owner_id, strict
        )
        until = self.env.context.get("medical_outlive")
        if until:
            domain = Domain(domain) & (
                Domain("expiration_date", ">=", until)
                | Domain("expiration_date", "=", False)
            )
        return domain

    def _get_removal_strategy(self, product_id, location_id):
        if self.env.context.get("medical_outlive"):
            return "fefo"
        return super()._get_removal_strategy(product_id, location_id)

    def _get_removal_strategy_order(self, removal_strategy):
        if removal_strategy == "fefo" and self.env.context.get("medical_outlive"):
            # the removal date may be unset or shared: the lot's own end decides
            return "expiration_date, removal_date, in_date, id"
        return super()._get_removal_strategy_order(removal_strategy)
