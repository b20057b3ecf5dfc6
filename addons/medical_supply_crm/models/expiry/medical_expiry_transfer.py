# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare


class MedicalExpiryTransfer(models.Model):
    """The real transfers behind an expiry action."""

    _inherit = "medical.expiry.action"

    def _carry_out(self):
        """Make the transfers, or set the priority."""
        for action in self:
            room = action.storeroom_id
            rows = [(action.product_id, action.lot_id, action.quantity)]
            if action.kind == "use_first":
                action._set_priority()
            elif action.kind == "return":
                kind = (
                    room.warehouse_id.int_type_id
                    if room.ownership == "consignment"
                    else room.warehouse_id.in_type_id
                )
                action._transfer(
                    kind, room.location_id, room.warehouse_id.lot_stock_id, rows
                )
            else:
                kind = room.warehouse_id.int_type_id
                target = action.target_id
                if action.kind == "swap":
                    back = action._fresh_lots()
                    action._transfer(kind, target.location_id, room.location_id, back)
                action._transfer(kind, room.location_id, target.location_id, rows)

    def _set_priority(self):
        """Mark the lots that some action wants used first, free the others."""
        for action in self.filtered("lot_id"):
            wanted = bool(
                self.search_count(
                    [
                        ("lot_id", "=", action.lot_id.id),
                        ("kind", "=", "use_first"),
                        ("state", "=", "open"),
                    ],
                    limit=1,
                )
            )
            action.lot_id.medical_use_first = wanted

    def _fresh_lots(self):
        """List of (product, lot, quantity): what comes back in a swap, longest lasting
        first.

        :raise UserError: the other storeroom has too little of it by now
        """
        self.ensure_one()
        quants = self.env["stock.quant"].search(
            [
                ("location_id", "child_of", self.target_id.location_id.id),
                ("product_id", "=", self.product_id.id),
                ("quantity", ">", 0),
                "|",
                ("lot_id.expiration_date", "=", False),
                ("lot_id.expiration_date", ">", self.expiry),
            ]
        )
        quants = quants.sorted(
            lambda quant: (
                not quant.lot_id.expiration_date,
                quant.lot_id.expiration_date,
            ),
            reverse=True,
        )
        rows, rest = [], self.quantity
        for quant in quants:
            taken = min(quant.quantity - quant.reserved_quantity, rest)
            if taken > 0:
                rows.append((self.product_id, quant.lot_id, taken))
                rest -= taken
        if float_compare(rest, 0, precision_digits=4) > 0:
            raise UserError(
                self.env._(
                    "%(room)s has no longer %(quantity)g fresher %(product)s to swap.",
                    room=self.target_id.display_name,
                    quantity=self.quantity,
                    product=self.product_id.display_name,
                )
            )
        return rows

    def _transfer(self, kind, source, target, rows):
        """One transfer with the lots named.

        :param rows: list of (product, lot, quantity)
        """
        self.ensure_one()
        place = {"location_id": source.id, "location_dest_id": target.id}
        picking = self.env["stock.picking"].create(
            dict(
                place,
                picking_type_id=kind.id,
                partner_id=self.storeroom_id.address_id.id,
                origin=self.env._(
                    "Expiry %(lot)s",
                    lot=self.lot_id.name or self.product_id.display_name,
                ),
                company_id=self.company_id.id,
                medical_expiry_action_id=self.id,
                move_ids=[
                    Command.create(
                        dict(
                            place,
                            product_id=product.id,
                            product_uom=product.uom_id.id,
                            product_uom_qty=sum(
                                quantity for _product, _lot, quantity in rows
                            ),
                            company_id=self.company_id.id,
                        )
                    )
                    for product in rows[0][0]
                ],
            )
        )
        picking.action_confirm()
        move = picking.move_ids
        move._do_unreserve()
        move.move_line_ids = [
            Command.create(
                dict(
                    place,
                    picking_id=picking.id,
                    product_id=product.id,
                    product_uom_id=product.uom_id.id,
                    lot_id=lot.id,
                    quantity=quantity,
                    company_id=self.company_id.id,
                )
            )
            for product, lot, quantity in rows
        ]
        return picking
