# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTwoBin(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.room = cls.a.ward_room
        cls.par = cls.room.line_ids.filtered(lambda ln: ln.product_id == cls.glove)
        cls.bins = cls.env["medical.bin"].create(
            [
                {"storeroom_line_id": cls.par.id, "name": name, "quantity": 20}
                for name in "AB"
            ]
        )
        cls._stock(cls.room.location_id, cls.glove, 40)
        cls.person = cls.a.nurse.partner_id

    def _line(self):
        return self._proposal(self.room).line_ids.filtered(
            lambda line: line.product_id == self.glove
        )

    def _deliver(self, proposal):
        picking = proposal.sale_order_id.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()

    def test_an_empty_bin_is_proposed_once_until_it_is_refilled(self):
        first, second = self.bins
        self.assertTrue(first._empty(self.person))
        self.assertEqual(self._line().order_qty, 20)
        self.assertFalse(first._empty(self.person))
        self.assertEqual(self._line().order_qty, 20)
        self.par.invalidate_recordset()
        self.assertEqual(self.par.on_hand, 20)
        proposal = self._proposal(self.room)
        proposal.action_approve()
        self._run(self.room)
        self.assertFalse(self._proposal(self.room))
        self.assertEqual(first.state, "empty")
        self._deliver(proposal)
        self.assertEqual(first.state, "full")
        self.assertEqual(second.state, "full")
        self._run(self.room)
        self.assertFalse(self._proposal(self.room))
        self.assertTrue(first._empty(self.person))
        self.assertEqual(self._line().order_qty, 20)

    def test_both_bins(self):
        for card in self.bins:
            card._empty(self.person)
        self.assertEqual(self._line().order_qty, 40)

    def test_a_bin_is_refilled_even_if_the_books_know_of_no_stock(self):
        quant = self.env["stock.quant"].search(
            [
                ("location_id", "=", self.room.location_id.id),
                ("product_id", "=", self.glove.id),
            ]
        )
        quant._update_available_quantity(self.glove, self.room.location_id, -40)
        self.bins[0]._empty(self.person)
        self.assertEqual(self._line().order_qty, 20)
        self.assertFalse(
            self.env["medical.consumption"].search(
                [("storeroom_id", "=", self.room.id)]
            )
        )

    def test_a_part_delivery_does_not_fill_the_bin(self):
        self.bins[0]._empty(self.person)
        proposal = self._proposal(self.room)
        line = self._line()
        proposal._approve(
            {line.id: 10}, partner=self.a.manager.partner_id, signed_by="Lee"
        )
        self._deliver(proposal)
        self.assertEqual(self.bins[0].state, "empty")
        # what came is no reason to forget the rest
        self._run(self.room)
        self.assertTrue(self._line())

    def test_the_card_is_printed_with_its_address(self):
        content, _type = self.env["ir.actions.report"]._render_qweb_html(
            "medical_supply_crm.report_bin_cards", self.bins.ids
        )
        text = content.decode()
        self.assertEqual(text.count("o_medical_qr"), 2)
        self.assertEqual(text.count("data:image/svg+xml;base64"), 2)
        for card in self.bins:
            self.assertTrue(card.url.endswith(f"/my/medical/bins/{card.code}"))
