# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReplenishmentIdempotent(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()

    def _line(self, proposal, product):
        return proposal.line_ids.filtered(lambda line: line.product_id == product)

    def test_ten_bookings_give_the_worked_figures(self):
        """Two gloves for certain and one stent at 30 %: the stent's mean is 3 and the
        99 % level is the binomial(10, 0.3) quantile, 7."""
        self._book(self.a, 10)
        run = self._run(self.a.room)
        self.assertEqual(run.event_count, 10)
        proposal = self._proposal(self.a.room)
        gloves, stents = (
            self._line(proposal, product) for product in (self.glove, self.stent)
        )
        self.assertAlmostEqual(gloves.booked_mean, 20)
        self.assertAlmostEqual(gloves.order_qty, 20)
        self.assertAlmostEqual(stents.booked_mean, 3)
        self.assertAlmostEqual(stents.order_up_to, 7)
        self.assertAlmostEqual(stents.safety, 4)
        self.assertIn("3", stents.reason)

    def test_running_again_changes_nothing(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        before = (proposal.revision, proposal.line_ids.read())
        self._run(self.a.room)
        self.assertEqual(self._proposal(self.a.room), proposal)
        self.assertEqual((proposal.revision, proposal.line_ids.read()), before)

    def test_a_storeroom_made_in_the_same_transaction_counts_with_its_stock(self):
        room = self._room("New store", self.a, self.a.department)
        self.env["stock.quant"]._update_available_quantity(
            self.glove, room.location_id, 7
        )
        rows = self.env["medical.storeroom.line"]._lot_rows(room.line_ids.ids)
        self.assertEqual([row[2] for row in rows], [7.0])

    def test_changed_lines_cost_no_query_each(self):
        def queries_of_a_changed_run(count):
            products = self.env["product.product"].create(
                [{"name": f"Item {n}", "is_storable": True} for n in range(count)]
            )
            room = self._room("Large store", self.a, self.a.department)
            room.write(
                {
                    "name": f"Store with {count} more",
                    "line_ids": [
                        Command.create({"product_id": product.id, "base_rate": 1.0})
                        for product in products
                    ],
                }
            )
            self._run(room)
            room.line_ids.base_rate = 2.0
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run(room)
            self.env.flush_all()
            self.assertEqual(self._proposal(room).revision, 2)
            return self.env.cr.sql_log_count - before

        queries_of_a_changed_run(2)  # fills the caches
        few, many = queries_of_a_changed_run(2), queries_of_a_changed_run(60)
        self.assertLess(many - few, 20)

    def test_ordered_counts_as_incoming_and_only_the_difference_is_proposed(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        proposal.action_approve()
        self.assertEqual(proposal.state, "ordered")
        self._run(self.a.room)
        self.assertFalse(self._proposal(self.a.room))
        gloves = self.a.room.line_ids.filtered(
            lambda line: line.product_id == self.glove
        )
        self.assertEqual(gloves.incoming, 20)
        # ten more booked: a second proposal over the difference alone
        self.a.feed.ingest(
            "\r".join(self.hl7(500 + n, self.day(3, 8 + n)) for n in range(10))
        )
        self._run(self.a.room)
        line = self._line(self._proposal(self.a.room), self.glove)
        self.assertEqual(line.incoming, 20)
        self.assertEqual(line.order_qty, 20)

    def test_cancelled_procedures_take_their_demand_back_with_a_note(self):
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        revision = proposal.revision
        for number in range(5):
            self.a.feed.ingest(
                self.hl7(
                    100 + number,
                    self.day(2 + number % 5, 8 + number % 8),
                    event="S15",
                    sent="20260301130000",
                )
            )
        self._run(self.a.room)
        self.assertEqual(self._line(proposal, self.glove).order_qty, 10)
        self.assertEqual(proposal.revision, revision + 1)
        self.assertIn(self.glove.display_name, proposal.note)
        for number in range(5, 10):
            self.a.feed.ingest(
                self.hl7(
                    100 + number,
                    self.day(2 + number % 5, 8 + number % 8),
                    event="S15",
                    sent="20260301130000",
                )
            )
        self._run(self.a.room)
        self.assertEqual(proposal.state, "superseded")
        self.assertTrue(proposal.note)

    def test_expiring_stock_does_not_count(self):
        """Eight on hand, five of them expire in three days, the first use is in
        four: three are usable and five are waste at risk."""
        self._stock(self.a.room.location_id, self.stent, 3, "LATE", "2027-01-01")
        soon = self._stock(
            self.a.room.location_id, self.stent, 5, "SOON", "2026-03-05 12:00:00"
        )
        self.kit.line_ids.filtered(
            lambda line: line.product_id == self.stent
        ).probability = 1
        self.a.feed.ingest("\r".join(self.hl7(n, self.day(4, 8 + n)) for n in range(4)))
        self._run(self.a.room)
        line = self._line(self._proposal(self.a.room), self.stent)
        self.assertEqual((line.on_hand, line.usable, line.expiring), (8, 3, 5))
        self.assertEqual(line.order_qty, 1)
        waste = self.env["medical.waste.risk"].search(
            [("storeroom_id", "=", self.a.room.id), ("lot_id", "=", soon.id)]
        )
        self.assertEqual(waste.quantity, 5)
        self.assertEqual(self.a.room.waste_count, 1)

    def test_kit_product_without_a_par_line_is_reported(self):
        self.a.room.line_ids.filtered(
            lambda line: line.product_id == self.stent
        ).unlink()
        self._book(self.a, 2)
        run = self._run(self.a.room)
        self.assertIn(self.stent.display_name, run.problems)

    def test_threatened_procedure_raises_one_urgent_ticket(self):
        """Booked for tomorrow, before any delivery can arrive, and nothing there."""
        self.kit.line_ids.filtered(
            lambda line: line.product_id == self.stent
        ).probability = 1
        self.a.feed.ingest(self.hl7(70, self.day(1)))
        self._run(self.a.room)
        event = self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])
        self.assertTrue(event.ticket_id)
        self.assertIn(self.stent.display_name, event.ticket_id.description)
        ticket = event.ticket_id
        self._run(self.a.room)
        self.assertEqual(event.ticket_id, ticket)
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count(
                [("category_id", "=", ticket.category_id.id)]
            ),
            1,
        )

    def test_consignment_is_filled_by_a_transfer_and_sold_by_use(self):
        room = self._room("Consignment", self.a, self.a.department)
        consigned = room.copy({"name": "Stent consignment", "ownership": "consignment"})
        room.active = False
        self.assertEqual(consigned.location_id.usage, "internal")
        self.a.feed.default_storeroom_id = consigned
        self.a.department.ref = False
        self._book(self.a, 5)
        self._run(consigned)
        proposal = self._proposal(consigned)
        proposal.action_approve()
        self.assertFalse(proposal.sale_order_id)
        picking = proposal.picking_ids
        self.assertEqual(picking.location_dest_id, consigned.location_id)
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(proposal.delivery_status, "done")
        line = consigned.line_ids.filtered(lambda row: row.product_id == self.glove)
        self.assertEqual(line.on_hand, 10)
        use = self.env["medical.consumption"].create(
            {
                "storeroom_id": consigned.id,
                "line_ids": [(0, 0, {"product_id": self.glove.id, "quantity": 4})],
            }
        )
        use.action_complete()
        self.assertEqual(use.move_ids.location_dest_id.usage, "customer")
        line.invalidate_recordset()
        self.assertEqual(line.on_hand, 6)

    def test_complete_without_a_move_is_an_error(self):
        use = self.env["medical.consumption"].create({"storeroom_id": self.a.room.id})
        with self.assertRaisesRegex(UserError, "no lines"):
            use.action_complete()
        use.line_ids = [(0, 0, {"product_id": self.glove.id, "quantity": 0})]
        with self.assertRaisesRegex(UserError, "no stock"):
            use.action_complete()
        use.line_ids.quantity = 3
        with self.assertRaisesRegex(UserError, "only 0"):
            use.action_complete()
        self.assertEqual(use.state, "draft")

    def test_count_brings_the_shelf_to_what_was_found(self):
        lot = self.env["stock.lot"].create(
            {
                "name": "COUNTED",
                "product_id": self.stent.id,
                "expiration_date": "2026-12-01",
            }
        )
        count = self.env["medical.consumption"].create(
            {
                "storeroom_id": self.a.room.id,
                "mode": "count",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.stent.id,
                            "lot_id": lot.id,
                            "quantity": 6,
                        },
                    ),
                    (0, 0, {"product_id": self.glove.id, "quantity": 40}),
                ],
            }
        )
        count.action_complete()
        stent = self.a.room.line_ids.filtered(
            lambda line: line.product_id == self.stent
        )
        self.assertEqual(stent.on_hand, 6)
        self.assertEqual(str(stent.next_expiry), "2026-12-01")
        again = count.copy()
        again.line_ids.filtered(lambda line: line.product_id == self.stent).quantity = 4
        again.action_complete()
        stent.invalidate_recordset()
        self.assertEqual(stent.on_hand, 4)
