# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

#: Context key: dict line id -> ids of open deliveries, read once for many tickets.
DELIVERIES = "medical_open_deliveries"


class MedicalStoreroomLine(models.Model):
    _inherit = "medical.storeroom.line"

    def _open_deliveries(self):
        """Transfers on their way into the storerooms with products of these lines.

        :return: stock.picking, in sudo: the desk is told of transfers that it may not
            open
        """
        known = self.env.context.get(DELIVERIES)
        if known is None:
            known = self._open_deliveries_by_line()
        ids = {picking for line in self.ids for picking in known.get(line, ())}
        return self.env["stock.picking"].sudo().browse(sorted(ids))

    def _open_deliveries_by_line(self):
        """Dict line id -> ids of open transfers into its storeroom; one query."""
        if not self:
            return {}
        rooms = {room.location_id: room for room in self.storeroom_id}
        lines = {(line.storeroom_id, line.product_id): line.id for line in self}
        places = [room.id for room in rooms]
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "in", self.product_id.ids),
                    ("state", "not in", ("draft", "done", "cancel")),
                    ("picking_id", "!=", False),
                    "|",
                    ("location_dest_id", "in", places),
                    ("location_final_id", "in", places),
                ]
            )
        )
        found = {}
        for move in moves:
            room = rooms.get(move.location_dest_id) or rooms.get(move.location_final_id)
            line = lines.get((room, move.product_id))
            if line:
                found.setdefault(line, set()).add(move.picking_id.id)
        return found
