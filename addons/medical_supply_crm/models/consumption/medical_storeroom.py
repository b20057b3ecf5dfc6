# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MedicalStoreroom(models.Model):
    _inherit = "medical.storeroom"

    billing = fields.Selection(
        [("month", "Monthly"), ("case", "By Record"), ("none", "Not From Here")],
        string="Invoicing of Use",
        required=True,
        default="month",
        help="How the recorded use of consignment stock is invoiced. Monthly: one "
        "order and draft invoice on the first of the month for the month before. By "
        "record: one for each recorded case or use, every night.",
    )
    bin_ids = fields.One2many("medical.bin", "storeroom_id", string="Bins")

    def action_bins(self):
        """Open the bins of the storeroom."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_bin_action"
        )
        action["domain"] = [("storeroom_id", "=", self.id)]
        return action

    def _portal_rows(self, mode, case=None, corrected=None):
        """What the recording page lists: one row per product and lot.

        :param mode: use, case or count
        :param case: medical.event whose kits fill in quantities, first expired first
        :param corrected: medical.consumption whose quantities are filled in, and whose
            stock counts as on the shelf again
        :return: list of dict ``product``, ``lot``, ``expiry``, ``on_hand``,
            ``quantity`` (to fill in, or None)
        """
        self.ensure_one()
        shelf = {}
        quants = self.env["stock.quant"].search(
            [("location_id", "child_of", self.location_id.id)]
        )
        for quant in quants:
            key = (quant.product_id, quant.lot_id)
            shelf[key] = shelf.get(key, 0.0) + quant.quantity
        wanted = {}
        if corrected:
            for line in corrected.move_ids.filtered(
                lambda move: not move.origin_returned_move_id
            ).move_line_ids:
                key = (line.product_id, line.lot_id)
                shelf[key] = shelf.get(key, 0.0) + line.quantity
                wanted[key] = wanted.get(key, 0.0) + line.quantity
        for product in self.line_ids.product_id:
            if product.tracking == "none":
                shelf.setdefault((product, self.env["stock.lot"]), 0.0)
        far = fields.Datetime.to_datetime("9999-12-31")
        order = sorted(
            shelf,
            key=lambda key: (
                key[0].display_name,
                key[1].expiration_date or far,
                key[1].id,
            ),
        )
        if case and not corrected and mode == "case":
            wanted = self._kit_quantities(case, order, shelf)
        return [
            {
                "product": product,
                "lot": lot,
                "expiry": lot.expiration_date and lot.expiration_date.date(),
                "on_hand": shelf[product, lot],
                "quantity": wanted.get((product, lot)),
            }
            for product, lot in order
            if mode == "count" or shelf[product, lot] > 0 or (product, lot) in wanted
        ]

    def _kit_quantities(self, case, order, shelf):
        """What the case's kits open at the start, from the lots that expire first."""
        need = {}
        for line in case.kit_ids.line_ids:
            quantity = line.quantity if line.handling == "open" else 0.0
            need[line.product_id] = need.get(line.product_id, 0.0) + quantity
        wanted = {}
        for product, lot in order:
            if product in need:
                part = min(need[product], max(shelf[product, lot], 0.0))
                wanted[product, lot] = part
                need[product] -= part
        return wanted
