# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSubstitutes(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.long_glove = cls._product("Long surgical gloves", 2.0)
        cls._stock(cls.warehouse.lot_stock_id, cls.long_glove, 500)
        cls.substitute = cls.env["medical.substitute"].create(
            {
                "product_id": cls.glove.id,
                "substitute_id": cls.long_glove.id,
                "ratio": 2,
            }
        )

    def _sent(self, room=None, count=10):
        room = room or self.a.room
        self._book(self.a, count)
        self._run(room)
        proposal = self._proposal(room)
        if proposal.state == "draft":
            proposal.action_send()
        return proposal

    def _line(self, proposal, product=None):
        return proposal.line_ids.filtered(
            lambda line: line.product_id == (product or self.glove)
        )

    def _sign(self, proposal, decisions=None, quantities=None):
        return proposal._approve(
            quantities or {},
            partner=self.a.manager.partner_id,
            signed_by="Lee",
            decisions=decisions,
        )

    def _empty_warehouse(self, product):
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", self.warehouse.lot_stock_id.id),
            ]
        )
        for quant in quants:
            quant._update_available_quantity(
                product, quant.location_id, -quant.quantity, lot_id=quant.lot_id
            )

    def _deliver(self, proposal):
        picking = proposal.sale_order_id.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()

    def test_offered_only_when_the_article_is_short(self):
        proposal = self._sent()
        line = self._line(proposal)
        self.assertEqual(line.supply_state, "ok")
        self.assertFalse(line.substitute_option_ids)
        with self.assertRaisesRegex(ValidationError, "not offered"):
            self._sign(proposal, {line.id: {"substitute": self.substitute.id}})
        self._empty_warehouse(self.glove)
        self.env.invalidate_all()
        self.assertEqual(line.supply_state, "short")
        self.assertEqual(line.substitute_option_ids, self.substitute)

    def test_stock_and_demand_are_netted_through_to_the_shelf(self):
        self._empty_warehouse(self.glove)
        proposal = self._sent()
        line = self._line(proposal)
        wanted = line.order_qty
        self._sign(proposal, {line.id: {"substitute": self.substitute.id}})
        ordered = proposal.sale_order_id.order_line.filtered(
            lambda row: row.product_id == self.long_glove
        )
        self.assertEqual(ordered.product_uom_qty, 2 * wanted)
        self.assertNotIn(self.glove, proposal.sale_order_id.order_line.product_id)
        # on its way for the article
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        # on the shelf for the article
        self._deliver(proposal)
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        # used up in place of the article: the demand is there again, once
        use = self.env["medical.consumption"].create(
            {
                "storeroom_id": self.a.room.id,
                "line_ids": [
                    (0, 0, {"product_id": self.long_glove.id, "quantity": wanted})
                ],
            }
        )
        use.action_complete()
        self._run(self.a.room)
        again = self._line(self._proposal(self.a.room))
        self.assertEqual(again.order_qty, wanted / 2)

    def test_a_substitute_with_a_par_line_of_its_own_is_not_counted_twice(self):
        self.a.room.line_ids = [
            (0, 0, {"product_id": self.long_glove.id, "par_min": 6})
        ]
        self._empty_warehouse(self.glove)
        proposal = self._sent()
        line, own = self._line(proposal), self._line(proposal, self.long_glove)
        wanted = line.order_qty
        self.assertEqual(own.order_qty, 6)
        self._sign(proposal, {line.id: {"substitute": self.substitute.id}})
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        self._deliver(proposal)
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        stock = self.a.room.line_ids.filtered(
            lambda row: row.product_id == self.long_glove
        )
        stock.invalidate_recordset()
        self.assertEqual(stock.on_hand, 6 + 2 * wanted)

    def test_an_article_no_longer_supplied_gets_its_substitute_by_itself(self):
        self.glove.medical_discontinued = True
        proposal = self._sent()
        line = self._line(proposal)
        self.assertEqual(line.supply_state, "discontinued")
        self.assertEqual(line.substitute_id, self.substitute)
        with self.assertRaisesRegex(ValidationError, "no longer supplied"):
            self._sign(proposal, {line.id: {"substitute": False}})

    def test_a_substitute_of_one_kit_is_offered_where_the_kit_is_booked(self):
        kit_line = self.kit.line_ids.filtered(lambda row: row.product_id == self.glove)
        self.substitute.kit_line_id = kit_line
        self._empty_warehouse(self.glove)
        line = self._line(self._sent())
        self.assertEqual(line.substitute_option_ids, self.substitute)
        self.a.ward_room.line_ids.filtered(
            lambda row: row.product_id == self.glove
        ).par_min = 10
        self._run(self.a.ward_room)
        ward = self._line(self._proposal(self.a.ward_room))
        self.assertEqual(ward.supply_state, "short")
        self.assertFalse(ward.substitute_option_ids)

    def test_a_flagged_substitute_brings_its_rule_along(self):
        self.long_glove.medical_controlled = True
        self._empty_warehouse(self.glove)
        proposal = self._sent()
        self._sign(
            proposal, {self._line(proposal).id: {"substitute": self.substitute.id}}
        )
        self.assertEqual(proposal.approval_step, "licence")
        self.assertFalse(proposal.sale_order_id)
