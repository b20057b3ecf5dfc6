# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LogisticsCase

NOW = "2026-03-02 09:00:00"


class ReturnsData:
    @classmethod
    def set_up_returns(cls):
        ref = cls.env.ref
        prefix = "crm_logistics_bridge.return_"
        cls.unneeded = ref(f"{prefix}reason_not_needed")
        cls.damaged = ref(f"{prefix}reason_damaged")
        cls.wrong = ref(f"{prefix}reason_wrong")
        cls.grade_a, cls.grade_b, cls.grade_c, cls.grade_d = (
            ref(f"{prefix}grade_{letter}") for letter in "abcd"
        )
        cls.refund = ref("rma.rma_operation_refund")
        cls.replace = ref("rma.rma_operation_replace")
        cls.policy = ref(f"{prefix}policy_general")
        cls.env["logistics.return.policy"].search(
            [("id", "!=", cls.policy.id)]
        ).unlink()
        cls.policy.write(
            {
                "window_days": 14,
                "fault_days": 90,
                "condition": "unused",
                "confirm": True,
                "refund": False,
            }
        )
        cls.picture = ("box.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)

    @classmethod
    def ask(
        cls, order, quantity=2, reason=None, condition="sealed", files=(), **values
    ):
        rows = order._logistics_return_lines()
        return order._logistics_request_return(
            {
                "lines": {
                    row["key"]: {
                        "quantity": quantity,
                        "reason": (reason or cls.unneeded).id,
                        "condition": condition,
                    }
                    for row in rows
                },
                "operation": cls.refund.id,
                "handover": "pickup",
                **values,
            },
            files,
        )

    @classmethod
    def on_hand(cls, location, product=None, lot=None):
        quants = cls.env["stock.quant"].search(
            [
                ("location_id", "child_of", location.id),
                ("product_id", "=", (product or cls.product).id),
                *([("lot_id", "=", lot.id)] if lot else []),
            ]
        )
        return sum(quants.mapped("quantity"))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestReturns(ReturnsData, LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_returns()
        with freeze_time(NOW):
            cls.order = cls.make_order(cls.contact, quantity=5)
            cls.deliver(cls.order)

    # -- policy ------------------------------------------------------------------
    def refused(self, words, *args, **values):
        with self.assertRaises(UserError) as caught:
            self.ask(*args, **values)
        self.assertIn(words, str(caught.exception))
        self.assertFalse(self.env["rma"].search([("order_id", "=", self.order.id)]))

    def test_refusals_in_words(self):
        self.refused("at most 5 can still be returned", self.order, quantity=6)
        self.refused("Opened, not used", self.order, condition="used")
        self.refused("add a picture", self.order, reason=self.damaged)
        with freeze_time("2026-03-17 10:00:00"):
            self.refused("15 days ago; it could be returned within 14", self.order)
        self.refused("what you want to return", self.order, quantity=0)
        self.refused("refund or an exchange", self.order, operation=0)
        self.refused("where you want to bring it", self.order, handover="dropoff")

    def test_category_decides(self):
        parent, child = self.env["product.category"].create(
            [{"name": "Medical"}, {"name": "Sterile"}]
        )
        child.parent_id = parent
        self.product.categ_id = child
        self.env["logistics.return.policy"].create(
            {
                "name": "Sterile goods",
                "category_ids": [Command.link(parent.id)],
                "returnable": False,
                "note": "Opened sterile goods cannot be sold again.",
            }
        )
        self.refused("cannot be returned, unless we sent it wrong", self.order)
        self.refused("Opened sterile goods cannot be sold again", self.order)
        rma = self.ask(self.order, reason=self.wrong, condition="used")
        self.assertEqual(rma.state, "confirmed", "our fault comes back")

    def test_not_arrived_cannot_come_back(self):
        order = self.make_order(self.contact)
        self.deliver(order)
        order.picking_ids.delivery_state = "in_transit"
        self.settle()
        with self.assertRaisesRegex(UserError, "has not arrived yet"):
            self.ask(order)

    def test_nothing_twice(self):
        self.ask(self.order, quantity=3)
        (row,) = self.order._logistics_return_lines()
        self.assertEqual(row["left"], 2)
        with self.assertRaisesRegex(UserError, "at most 2 can still be returned"):
            self.ask(self.order, quantity=3)
        self.policy.confirm = False
        draft = self.ask(self.order, quantity=2)
        self.assertEqual(draft.state, "draft", "an agent confirms")
        (row,) = self.order._logistics_return_lines()
        self.assertEqual(row["left"], 0, "what is asked for counts as well")

    # -- from request to refund ----------------------------------------------------
    def receive(self, rma, quantity=None, lot=None):
        return rma._logistics_receive(quantity or rma.product_uom_qty, lot)

    def inspect(self, rma, *grades):
        rma.logistics_inspection_ids = [
            Command.create({"grade_id": grade.id, "quantity": quantity, **more})
            for grade, quantity, more in (
                (*grade, {}) if len(grade) == 2 else grade for grade in grades
            )
        ]
        rma.action_logistics_book()

    def test_from_request_to_refund(self):
        self.policy.refund = True
        stock = self.warehouse.lot_stock_id
        before = self.on_hand(stock)
        ticket = self.make_ticket(f"주문 {self.order.name} 반품하고 싶어요")
        rma = self.ask(self.order, quantity=4, files=[self.picture])
        self.assertEqual(
            (rma.state, rma.logistics_handover, rma.order_id),
            ("confirmed", "pickup", self.order),
        )
        self.assertIn(rma, ticket.logistics_link_ids.rma_id)
        self.assertEqual(
            self.env["ir.attachment"]
            .search([("res_model", "=", "rma"), ("res_id", "=", rma.id)])
            .mapped("name"),
            ["box.png"],
        )
        with freeze_time("2026-03-05 09:00:00"):
            self.receive(rma)
            self.assertEqual(rma.logistics_received_date, datetime(2026, 3, 5, 9))
        self.assertEqual(self.on_hand(stock), before, "not yet inspected")
        with freeze_time("2026-03-07 09:00:00"):
            self.inspect(rma, (self.grade_a, 1), (self.grade_b, 1), (self.grade_c, 2))
        self.assertEqual(self.on_hand(stock), before + 1)
        refurbish = self.warehouse.logistics_refurbish_loc_id
        self.assertEqual(self.on_hand(refurbish), 1)
        scrapped = self.env["stock.scrap"].search([("origin", "=", rma.name)])
        self.assertEqual((scrapped.scrap_qty, scrapped.state), (2, "done"))
        self.assertEqual(self.on_hand(self.warehouse.rma_loc_id), 0)
        self.assertEqual(rma.state, "refunded")
        self.assertEqual(rma.refund_line_id.quantity, 4)
        self.assertEqual(rma.logistics_days, 5.0, "from request to refund")
        self.env.flush_all()
        events = self.env["logistics.timeline.event"].search([("rma_id", "=", rma.id)])
        self.assertEqual(
            set(events.mapped("event_type")), {"rma", "return_inspected", "refunded"}
        )

    def test_spoiled_by_use_is_not_refunded(self):
        self.policy.refund = True
        rma = self.ask(self.order, quantity=5)
        self.receive(rma)
        self.inspect(rma, (self.grade_a, 3), (self.grade_d, 2))
        self.assertEqual(rma.refund_line_id.quantity, 3)
        self.assertFalse(rma.refund_line_id.sale_line_ids)

    def test_our_fault_is_refunded_whatever_the_grade(self):
        self.policy.refund = True
        rma = self.ask(self.order, quantity=5, reason=self.wrong)
        self.receive(rma)
        self.inspect(rma, (self.grade_d, 5))
        self.assertEqual(rma.refund_line_id.quantity, 5)

    def test_exchange_delivers_anew(self):
        self.policy.refund = True
        rma = self.ask(self.order, quantity=2, operation=self.replace.id)
        self.receive(rma)
        self.inspect(rma, (self.grade_a, 2))
        self.assertEqual(rma.state, "waiting_replacement")
        move = rma.delivery_move_ids
        self.assertEqual((move.product_id, move.product_uom_qty), (self.product, 2))
        with freeze_time("2026-03-12 09:00:00"):
            move.picked = True
            move.picking_id._action_done()
        self.assertEqual(rma.state, "replaced")
        self.assertEqual(rma.logistics_days, 10.0)

    def test_less_came_back_than_was_requested(self):
        rma = self.ask(self.order, quantity=5)
        rest = self.receive(rma, 3)
        self.assertEqual((rma.state, rma.product_uom_qty), ("received", 3))
        self.assertEqual((rest.state, rest.product_uom_qty), ("confirmed", 2))
        self.assertEqual(rest.logistics_request, rma.logistics_request)
        self.assertEqual(rest.reception_move_id.product_uom_qty, 2)
        with self.assertRaisesRegex(UserError, "only 3 are left"):
            self.inspect(rma, (self.grade_a, 4))
        with self.assertRaisesRegex(UserError, "not between 0 and 2"):
            self.receive(rest, 3)
        self.receive(rest)
        self.assertEqual(rest.state, "received")
        self.assertEqual(self.on_hand(self.warehouse.rma_loc_id), 5)

    def test_not_received_is_not_inspected(self):
        rma = self.ask(self.order)
        with self.assertRaisesRegex(UserError, "has not been received"):
            self.inspect(rma, (self.grade_a, 1))

    def test_booked_stays(self):
        rma = self.ask(self.order)
        self.receive(rma)
        self.inspect(rma, (self.grade_a, 1))
        self.assertEqual(rma.logistics_to_inspect, 1)
        self.assertFalse(rma.logistics_inspected_date, "one is left")
        line = rma.logistics_inspection_ids
        with self.assertRaisesRegex(UserError, "stays as it is"):
            line.quantity = 2
        with self.assertRaisesRegex(UserError, "stays"):
            line.unlink()

    # -- lots ------------------------------------------------------------------------
    def test_lots_go_where_their_grade_sends_them(self):
        article = self.env["product.product"].create(
            {"name": "Stent", "is_storable": True, "tracking": "lot"}
        )
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": article.id, "company_id": self.company.id}
                for name in ("LOT-1", "LOT-2")
            ]
        )
        stock = self.warehouse.lot_stock_id
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                article, stock, 2, lot_id=lot
            )
        order = self.make_order(self.contact, product=article, quantity=4)
        self.deliver(order)
        rma = self.ask(order, quantity=4)
        self.receive(rma)
        lines = rma.reception_move_id.move_line_ids
        self.assertEqual(
            {line.lot_id: line.quantity for line in lines}, {lots[0]: 2, lots[1]: 2}
        )
        with self.assertRaisesRegex(UserError, "lot or serial number"):
            self.inspect(rma, (self.grade_a, 1))
        rma.logistics_inspection_ids.unlink()
        with self.assertRaisesRegex(UserError, "LOT-1: 2 came in"):
            self.inspect(rma, (self.grade_a, 3, {"lot_id": lots[0].id}))
        rma.logistics_inspection_ids.unlink()
        self.inspect(
            rma,
            (self.grade_a, 2, {"lot_id": lots[0].id}),
            (self.grade_b, 1, {"lot_id": lots[1].id}),
            (self.grade_c, 1, {"lot_id": lots[1].id}),
        )
        self.assertEqual(self.on_hand(stock, article, lots[0]), 2)
        self.assertEqual(self.on_hand(stock, article, lots[1]), 0)
        refurbish = self.warehouse.logistics_refurbish_loc_id
        self.assertEqual(self.on_hand(refurbish, article, lots[1]), 1)
