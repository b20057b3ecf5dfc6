# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain


class MedicalRecallScope(models.Model):
    """Which lots a recall means, and how they are kept from being used."""

    _inherit = "medical.recall"

    def _names(self):
        """Numbers of the announcement, one per line."""
        return [
            line.strip() for line in (self.lot_names or "").splitlines() if line.strip()
        ]

    def _find_lots(self):
        """Lots and serial numbers that the recall means, as far as they exist."""
        self.ensure_one()
        # sudo: a recall officer need not be an inventory user
        lots = self.env["stock.lot"].sudo()
        base = Domain("company_id", "in", [self.company_id.id, False])
        if self.product_ids:
            base &= Domain("product_id", "in", self.product_ids.ids)
        named = Domain.FALSE
        names = self._names()
        if names:
            named |= Domain("name", "in", names) | Domain("ref", "in", names)
        if self.vendor_reference:
            named |= Domain("ref", "=", self.vendor_reference)
            named |= Domain("id", "in", self._received_lots().ids)
        found = lots.search(base & named) if names or self.vendor_reference else lots
        found |= self.sudo().lot_ids
        if self.product_ids and not (names or self.vendor_reference or self.lot_ids):
            found = lots.search(base)
        return found

    def _received_lots(self):
        """Lots that came with receipts of the vendor's reference."""
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("state", "=", "done"),
                    ("location_id.usage", "=", "supplier"),
                    ("company_id", "=", self.company_id.id),
                    ("lot_id", "!=", False),
                    "|",
                    ("picking_id.origin", "=", self.vendor_reference),
                    (
                        "move_id.purchase_line_id.order_id.partner_ref",
                        "=",
                        self.vendor_reference,
                    ),
                ]
            )
        )
        return lines.lot_id

    def _untracked_products(self):
        """Products without lots: the recall can only mean all of their units."""
        if self.lot_ids or self._names() or self.vendor_reference:
            return self.env["product.product"]
        return self.sudo().product_ids.filtered(lambda row: row.tracking == "none")

    def _match_lots(self):
        """Bring the list of lots caught up to date, and block them while running.

        :return: stock.lot that were not caught before
        """
        self.ensure_one()
        found = self._find_lots()
        new = found - self.sudo().matched_lot_ids
        gone = self.sudo().matched_lot_ids - found
        if new or gone:
            self.sudo().matched_lot_ids = found
        self._block_lots(gone)
        return new

    def _block_lots(self, others=None):
        """Set the block of the recall's lots (and of others) by what is running now."""
        lots = self.sudo().matched_lot_ids
        if others:
            lots |= others
        running = self.sudo().search([("state", "in", ("running", "closed"))])
        blocked = lots & running.matched_lot_ids
        (blocked.filtered(lambda lot: not lot.medical_blocked)).medical_blocked = True
        (lots - blocked).filtered("medical_blocked").medical_blocked = False
        products = self._untracked_products()
        if products:
            held = products.filtered(
                lambda product: any(
                    product in recall._untracked_products() for recall in running
                )
            )
            held.filtered(lambda row: not row.medical_blocked).medical_blocked = True
            (products - held).filtered("medical_blocked").medical_blocked = False

    def _free_reserved(self):
        """Take the recalled units out of deliveries that are being prepared; these
        are reserved again from other lots where there are some."""
        self.ensure_one()
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("state", "in", ("assigned", "partially_available")),
                    "|",
                    ("lot_id", "in", self.matched_lot_ids.ids),
                    "&",
                    ("lot_id", "=", False),
                    ("product_id", "in", self._untracked_products().ids),
                ]
            )
        )
        lines = lines.filtered(lambda line: line.location_id.usage == "internal")
        moves = lines.move_id.filtered(lambda move: not move.picked)
        # sudo: what follows from starting the recall needs an inventory user's rights
        moves._do_unreserve()
        moves._action_assign()
        for picking in moves.picking_id:
            picking.message_post(
                body=self.env._(
                    "Goods of the recall %s were taken out of this transfer.", self.name
                )
            )

    def _catch(self, lots):
        """Called when lots appear or arrive: running recalls take theirs.

        :param lots: stock.lot, just created, renamed or received
        """
        running = self.sudo().search([("state", "=", "running")])
        for recall in running:
            if recall.product_ids and not (lots.product_id & recall.product_ids):
                continue
            new = recall._match_lots() & lots
            if new or (recall.matched_lot_ids & lots):
                recall._free_reserved()
                recall._trace()
            if new:
                recall.message_post(
                    body=self.env._(
                        "Caught after the start: %s", ", ".join(new.mapped("name"))
                    ),
                    partner_ids=recall.officer_id.partner_id.ids,
                )
