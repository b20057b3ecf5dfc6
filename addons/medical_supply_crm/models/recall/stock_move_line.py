# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _action_done(self):
        """Recalled units do not leave for customers or storerooms; what arrives while a
        recall is running is looked at."""
        self._check_medical_recall()
        # the lines of receipts may name a lot that is made by the very call below
        arriving = self.filtered(lambda line: line.location_id.usage == "supplier")
        result = super()._action_done()
        lots = arriving.exists().lot_id
        if lots:
            self.env["medical.recall"]._catch(lots)
        return result

    def _check_medical_recall(self):
        """:raise UserError: naming the lot and where it was to go"""
        for line in self:
            if not (line.lot_id.medical_blocked or line.product_id.medical_blocked):
                continue
            target = line.location_dest_id
            leaves = (
                line.location_id.usage in ("internal", "transit")
                and (
                    target.usage in ("customer", "transit")
                    or target._is_medical_storeroom()
                )
                and not target.medical_quarantine
                and not line.move_id.medical_consumption_id
                and not line.picking_id.return_id
            )
            if leaves:
                raise UserError(
                    self.env._(
                        "%(product)s, lot %(lot)s is recalled and cannot go to "
                        "%(target)s: move it to the quarantine location.",
                        product=line.product_id.display_name,
                        lot=line.lot_id.name or "–",
                        target=target.display_name,
                    )
                )
