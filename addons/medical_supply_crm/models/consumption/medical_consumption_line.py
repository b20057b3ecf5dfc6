# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class MedicalConsumptionLine(models.Model):
    """One product (and lot) that was used or counted."""

    _name = "medical.consumption.line"
    _description = "Storeroom Consumption Line"
    _order = "consumption_id, id"
    _rec_name = "product_id"

    consumption_id = fields.Many2one(
        "medical.consumption", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="consumption_id.company_id", store=True, index=True
    )
    hospital_id = fields.Many2one(related="consumption_id.hospital_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, domain=[("is_storable", "=", True)]
    )
    tracking = fields.Selection(related="product_id.tracking")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_id = fields.Many2one(
        "stock.lot",
        domain="[('product_id', '=', product_id)]",
        help="Empty: taken first expired, first out.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        help="Quantity used; in a count, the quantity found on the shelf.",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "Recorded quantities cannot be negative."
    )

    def _on_hand_by_lot(self, taken):
        """List of ((lot, owner), quantity) on the shelf, first expired first.

        :param dict taken: (product, lot, owner) -> quantity that other lines of the
            record take already
        """
        room = self.consumption_id.storeroom_id
        # sudo: the quants of the storeroom, for people without inventory rights
        quants = (
            self.env["stock.quant"]
            .sudo()
            .search(
                [
                    ("location_id", "child_of", room.location_id.id),
                    ("product_id", "=", self.product_id.id),
                ]
            )
        )
        by_lot = {}
        for quant in quants:
            key = (quant.lot_id, quant.owner_id)
            by_lot[key] = by_lot.get(key, 0.0) + quant.quantity
        for lot, owner in by_lot:
            by_lot[lot, owner] -= taken.get((self.product_id, lot, owner), 0.0)
        far = fields.Datetime.to_datetime("9999-12-31")
        return sorted(
            by_lot.items(),
            key=lambda item: (
                item[0][0].expiration_date or far,
                item[0][0].id,
                item[0][1].id,
            ),
        )

    def _move_values(self, taken):
        """Values of the moves this line makes: out for use, in for what a count
        finds more.

        :param dict taken: see ``_on_hand_by_lot``; what this line takes is added
        """
        self.ensure_one()
        record = self.consumption_id
        stock = self._on_hand_by_lot(taken)
        if self.lot_id:
            stock = [(key, qty) for key, qty in stock if key[0] == self.lot_id]
        on_hand = sum(qty for _key, qty in stock)
        used = on_hand - self.quantity if record.mode == "count" else self.quantity
        if record._is_zero(self.product_id, used):
            return []
        if used < 0:
            return [self._one_move(self._found_lot(), -used, inward=True)]
        if record._compare(self.product_id, used, on_hand) > 0:
            raise UserError(
                self.env._(
                    "%(product)s: %(used)s recorded, but only %(on_hand)s on hand in "
                    "%(storeroom)s. Count the shelf first if there is more.",
                    product=self.product_id.display_name,
                    used=used,
                    on_hand=on_hand,
                    storeroom=record.storeroom_id.name,
                )
            )
        moves, rest = [], used
        for (lot, owner), quantity in stock:
            part = min(quantity, rest)
            if part > 0 and not record._is_zero(self.product_id, part):
                moves.append(self._one_move(lot, part, owner=owner))
                key = (self.product_id, lot, owner)
                taken[key] = taken.get(key, 0.0) + part
                rest -= part
        return moves

    def _found_lot(self):
        if self.tracking != "none" and not self.lot_id:
            raise UserError(
                self.env._(
                    "%s is tracked: name the lot that the count found.",
                    self.product_id.display_name,
                )
            )
        return self.lot_id

    def _one_move(self, lot, quantity, inward=False, owner=None):
        record = self.consumption_id
        source, target = record.storeroom_id.location_id, record._use_location()
        if inward:
            source = self.product_id.with_company(
                record.company_id
            ).property_stock_inventory
            source, target = source, record.storeroom_id.location_id
        place = {"location_id": source.id, "location_dest_id": target.id}
        return dict(
            place,
            product_id=self.product_id.id,
            product_uom=self.product_id.uom_id.id,
            product_uom_qty=quantity,
            company_id=record.company_id.id,
            date=record.date,
            origin=record.name,
            picked=True,
            medical_consumption_id=record.id,
            move_line_ids=[
                Command.create(
                    dict(
                        place,
                        product_id=self.product_id.id,
                        product_uom_id=self.product_id.uom_id.id,
                        quantity=quantity,
                        lot_id=lot.id,
                        owner_id=owner.id if owner else False,
                        company_id=record.company_id.id,
                        picked=True,
                    )
                )
            ],
        )
