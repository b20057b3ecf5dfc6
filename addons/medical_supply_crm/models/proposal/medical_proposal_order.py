# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.fields import Command


class MedicalProposalOrder(models.Model):
    """From an approved proposal to its sales order or consignment transfer."""

    _inherit = "medical.proposal"

    def _delivery_moment(self):
        """Delivery date at noon, so that it is the same day in every time zone that
        a company's hospitals are likely to be in."""
        return datetime.combine(self.commitment_date, time(12))

    def _supply_values(self, line, until):
        """What the moves of an ordered line must know, in both ownerships."""
        chosen = line.substitute_id
        return {
            "medical_use_until": until.get(line.product_id.id),
            "medical_substitute_line_id": line.storeroom_line_id.id
            if chosen
            else False,
            "medical_substitute_ratio": chosen.ratio if chosen else 1.0,
        }

    def _use_until(self, lines):
        """Until when the lots of each product must be usable: the last procedure that
        needs it before the order after the next arrives, or that day itself where
        none is booked, and the storeroom's margin.

        :return: dict product id -> datetime
        """
        room = self.storeroom_id
        margin = timedelta(days=room.expiry_margin_days)
        last = datetime.combine(self.commitment_date, time(23, 59)) + timedelta(
            days=room.review_days
        )
        cases = {}
        for kit, start in self.env["medical.event"]._read_group(
            [
                ("storeroom_id", "=", room.id),
                ("state", "=", "ready"),
                ("start", ">=", fields.Datetime.now()),
                ("start", "<=", last),
            ],
            ["kit_ids"],
            ["start:max"],
        ):
            for product in kit.line_ids.product_id:
                cases[product.id] = max(cases.get(product.id, start), start)
        return {
            product.id: cases.get(product.id, last) + margin
            for product in lines.product_id
        }

    def _create_order(self, lines):
        room = self.storeroom_id
        until = self._use_until(lines)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.hospital_id.id,
                "partner_shipping_id": room.address_id.id,
                "company_id": self.company_id.id,
                "warehouse_id": room.warehouse_id.id,
                "client_order_ref": self.name,
                "origin": self.name,
                "commitment_date": self._delivery_moment(),
                "medical_proposal_id": self.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line.order_product_id.id,
                            "product_uom_qty": line.ordered_qty,
                            "product_uom_id": line.order_product_id.uom_id.id,
                            **self._supply_values(line, until),
                        }
                    )
                    for line in lines
                ],
            }
        )
        order.write({"signed_by": self.signed_by, "signed_on": self.signed_on})
        order.action_confirm()
        if self.urgent:
            order.picking_ids.priority = "1"
        self.sale_order_id = order
        return order

    def _create_transfer(self, lines):
        room = self.storeroom_id
        until = self._use_until(lines)
        picking_type = room.warehouse_id.int_type_id
        source = picking_type.default_location_src_id or room.warehouse_id.lot_stock_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "partner_id": room.address_id.id,
                "location_id": source.id,
                "location_dest_id": room.location_id.id,
                "origin": self.name,
                "scheduled_date": self._delivery_moment(),
                "priority": "1" if self.urgent else "0",
                "medical_proposal_id": self.id,
                "company_id": self.company_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": line.order_product_id.id,
                            "product_uom": line.order_product_id.uom_id.id,
                            "product_uom_qty": line.ordered_qty,
                            "location_id": source.id,
                            "location_dest_id": room.location_id.id,
                            "date": self._delivery_moment(),
                            "company_id": self.company_id.id,
                            **self._supply_values(line, until),
                        }
                    )
                    for line in lines
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking
