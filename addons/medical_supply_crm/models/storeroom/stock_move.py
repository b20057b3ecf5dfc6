# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    medical_consumption_id = fields.Many2one(
        "medical.consumption",
        string="Storeroom Consumption",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves._refill_bins()
        return moves

    def _refill_bins(self):
        """Tell the bins of storerooms what has arrived for them."""
        arrived = self.filtered(
            lambda move: move.state == "done" and not move.medical_consumption_id
        )
        if not arrived:
            return
        # sudo: whoever delivers need not see the hospital's storerooms
        lines = (
            self.env["medical.storeroom.line"]
            .sudo()
            .search(
                [
                    ("storeroom_id.location_id", "in", arrived.location_dest_id.ids),
                    (
                        "product_id",
                        "in",
                        (
                            arrived.product_id
                            | arrived.medical_substitute_line_id.sudo().product_id
                        ).ids,
                    ),
                ]
            )
        )
        if not lines:
            return
        by_place = {
            (line.storeroom_id.location_id.id, line.product_id.id): line
            for line in lines
        }
        received = {}
        for move in arrived:
            article = move.medical_substitute_line_id.sudo()
            line = article or by_place.get(
                (move.location_dest_id.id, move.product_id.id)
            )
            if line and line.storeroom_id.location_id == move.location_dest_id:
                ratio = (move.medical_substitute_ratio or 1.0) if article else 1.0
                quantity = move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id
                )
                received[line] = received.get(line, 0.0) + quantity / ratio
        if received:
            self.env["medical.bin"].sudo()._on_delivery(received)
