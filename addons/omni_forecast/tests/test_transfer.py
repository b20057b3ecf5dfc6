# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .common import TODAY
from .common_action import STEADY, ActionCase


@freeze_time(TODAY)
class TestTransfer(ActionCase):
    """The worked check of the design in three warehouses: surplus 5 at A, shortage 8 at B,
    surplus 4 at C, costs 2 and 1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouses = cls.env["stock.warehouse"]
        cls.b = cls.warehouse
        cls.a, cls.c = (
            warehouses.create(
                {"name": name, "code": name[:5], "company_id": cls.company.id}
            )
            for name in ("Alpha", "Charlie")
        )
        for source, cost in ((cls.a, 2.0), (cls.c, 1.0)):
            cls.env["forecast.transfer.lane"].create(
                {
                    "source_id": source.id,
                    "target_id": cls.b.id,
                    "unit_cost": cost,
                    "days": 2,
                    "company_id": cls.company.id,
                }
            )
        # the sender's own need: levels that a person keeps
        cls.env["stock.warehouse.orderpoint"].create(
            [
                {
                    "product_id": cls.product.id,
                    "warehouse_id": warehouse.id,
                    "product_min_qty": 10,
                    "product_max_qty": 20,
                    "forecast_locked": True,
                    "trigger": "manual",
                }
                for warehouse in (cls.a, cls.b, cls.c)
            ]
        )

    def setUp(self):
        super().setUp()
        self.set_stock(25, self.a)
        self.set_stock(12, self.b)
        self.set_stock(24, self.c)
        # 12 on hand, 8 wanted: below the reorder point once 3 are promised
        self.env["stock.warehouse.orderpoint"].search(
            [("product_id", "=", self.product.id), ("warehouse_id", "=", self.b.id)]
        ).write({"product_min_qty": 15, "product_max_qty": 20})

    def test_worked_check(self):
        moves = self.refresh("transfer")
        self.assertEqual(
            {one.source_warehouse_id: one.quantity for one in moves},
            {self.a: 4, self.c: 4},
        )
        self.assertEqual(sum(moves.mapped("money_effect")), 12)
        # nothing is left to buy
        self.assertFalse(self.refresh("purchase"))
        one = moves.filtered(lambda one: one.source_warehouse_id == self.a)
        self.assertEqual((one.source_free, one.source_keep), (5, 20))
        self.assertIn("Alpha can spare 5", one.reason)

    def test_what_is_still_short_is_bought(self):
        self.set_stock(21, self.a)
        moves = self.refresh("transfer")
        self.assertEqual(sum(moves.mapped("quantity")), 5)
        self.assertFalse(self.refresh("purchase"), "17 of 15: above the reorder point")
        self.set_stock(8, self.b)
        self.assertEqual(self.refresh("purchase").quantity, 7)

    def test_promised_stock_is_not_spare(self):
        self.open_move(self.a.lot_stock_id, self.customers, 3)
        moves = self.refresh("transfer")
        self.assertEqual(
            {one.source_warehouse_id: one.quantity for one in moves},
            {self.a: 2, self.c: 4},
        )

    def test_apply_moves_through_transit(self):
        moves = self.refresh("transfer")
        moves.action_apply()
        self.assertEqual(set(moves.mapped("state")), {"applied"})
        transit = self.company.internal_transit_location_id
        self.assertTrue(transit.active)
        one = moves.filtered(lambda one: one.source_warehouse_id == self.a)
        out, into = one.move_ids.sorted(
            lambda move: move.location_id != self.a.lot_stock_id
        )
        self.assertEqual(
            (out.picking_type_id, out.location_id, out.location_dest_id),
            (self.a.out_type_id, self.a.lot_stock_id, transit),
        )
        self.assertEqual(
            (into.picking_type_id, into.location_id, into.location_dest_id),
            (self.b.in_type_id, transit, self.b.lot_stock_id),
        )
        self.assertEqual(out.move_dest_ids, into)
        self.assertEqual((out.state, into.state), ("assigned", "waiting"))
        self.assertEqual((out.product_uom_qty, into.product_uom_qty), (4, 4))
        # applying or running again never doubles
        moves.action_apply()
        self.plan.action_run_now()
        self.assertFalse(self.refresh("transfer"))
        self.assertEqual(len(moves.move_ids), 4)
        # and the goods really arrive
        for picking in (out.picking_id, into.picking_id):
            picking.move_ids.picked = True
            picking.button_validate()
        stock = self.plan._read_stock(self.product.ids)
        self.assertEqual(stock[self.product.id, self.b.id].on_hand, 16)

    def test_one_document_for_several_products(self):
        other = self.make_product("Second", seller_ids=[])
        self.make_history(other, STEADY)
        self.set_stock(0, product=other)
        self.set_stock(500, self.a, product=other)
        self.plan.action_run_now()
        moves = self.refresh("transfer").filtered(
            lambda one: one.source_warehouse_id == self.a
        )
        self.assertEqual(moves.product_id, self.product | other)
        moves.action_apply()
        self.assertEqual(len(moves.move_ids.picking_id), 2)

    def test_multi_step_warehouses(self):
        self.a.delivery_steps = "pick_pack_ship"
        self.b.reception_steps = "two_steps"
        one = self.refresh("transfer").filtered(
            lambda one: one.source_warehouse_id == self.a
        )
        one.action_apply()
        kinds = one.move_ids.picking_type_id
        self.assertEqual(
            kinds,
            self.a.pick_type_id
            | self.a.pack_type_id
            | self.a.out_type_id
            | self.b.in_type_id,
        )
        # on its way: neither lost nor counted twice
        stock = self.plan._read_stock(self.product.ids)
        self.assertEqual(stock[self.product.id, self.a.id].total("other_out"), 4)
        self.assertEqual(stock[self.product.id, self.b.id].total("incoming"), 4)
        moves = one.move_ids.sorted("id", reverse=True)
        self.assertEqual(
            moves.mapped("state"), ["assigned", "waiting", "waiting", "waiting"]
        )
        for move in moves:
            move.picked = True
            move.picking_id.button_validate()
        stock = self.plan._read_stock(self.product.ids)
        self.assertEqual(stock[self.product.id, self.b.id].on_hand, 16)
        put_away = self.env["stock.move"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_dest_id", "=", self.b.lot_stock_id.id),
                ("state", "=", "assigned"),
            ]
        )
        self.assertEqual(put_away.product_uom_qty, 4)

    def test_undo(self):
        moves = self.refresh("transfer")
        moves.action_apply()
        moves.action_undo()
        self.assertEqual(set(moves.mapped("state")), {"undone"})
        self.assertEqual(set(moves.move_ids.mapped("state")), {"cancel"})
        self.assertEqual(set(moves.move_ids.picking_id.mapped("state")), {"cancel"})
        again = self.refresh("transfer")
        self.assertEqual(sum(again.mapped("quantity")), 8)

    def test_undo_leaves_what_was_begun(self):
        one = self.refresh("transfer")[0]
        one.action_apply()
        first = one.move_ids.filtered(lambda move: move.state == "assigned")
        first.picked = True
        one.action_undo()
        self.assertEqual(one.state, "applied")
        self.assertIn("has been begun", one.conflict)

    def test_spare_is_gone_meanwhile(self):
        moves = self.refresh("transfer")
        self.set_stock(21, self.a)
        answer = moves.action_apply()
        states = {one.source_warehouse_id: one.state for one in moves}
        self.assertEqual(states, {self.a: "proposed", self.c: "applied"})
        self.assertIn("only 1 Units to spare", answer["params"]["message"])

    def test_dismissed_lane_leaves_it_to_others(self):
        moves = self.refresh("transfer")
        moves.filtered(lambda one: one.source_warehouse_id == self.c).action_dismiss()
        left = self.refresh("transfer")
        self.assertEqual(left.source_warehouse_id, self.a)
        self.assertEqual(left.quantity, 5)

    def test_lanes(self):
        lanes = self.env["forecast.transfer.lane"]
        lanes.search([("source_id", "=", self.c.id)]).closed = True
        self.assertEqual(self.refresh("transfer").source_warehouse_id, self.a)
        places = self.a | self.b
        self.assertEqual(lanes._lanes(places)[self.a.id, self.b.id], (2.0, 2.0))
        self.assertEqual(lanes._lanes(places)[self.b.id, self.a.id], (1.0, 1.0))
        self.a.partner_id = self.env["res.partner"].create(
            {"name": "S", "partner_latitude": 37.57, "partner_longitude": 126.98}
        )
        self.b.partner_id = self.env["res.partner"].create(
            {"name": "P", "partner_latitude": 35.18, "partner_longitude": 129.08}
        )
        cost, days = lanes._lanes(places)[self.b.id, self.a.id]
        self.assertAlmostEqual(cost, 3.25, delta=0.05)
        self.assertEqual(days, 1)
        with self.assertRaises(AccessError):
            lanes.with_user(self.planner).create(
                {"source_id": self.a.id, "target_id": self.c.id}
            )

    def test_other_companies_stock_is_not_moved(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        foreign = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        with self.assertRaises(UserError):
            self.env["forecast.transfer.lane"].create(
                {
                    "source_id": foreign.id,
                    "target_id": self.b.id,
                    "company_id": self.company.id,
                }
            )
        self.set_stock(20, self.a)
        self.set_stock(20, self.c)
        self.env["stock.quant"].with_company(other)._update_available_quantity(
            self.product, foreign.lot_stock_id, 100
        )
        self.assertFalse(self.refresh("transfer"))

    def test_planner_may(self):
        moves = self.refresh("transfer").with_user(self.planner)
        moves.action_apply()
        self.assertEqual(set(moves.mapped("state")), {"applied"})
        moves.action_undo()
        self.assertEqual(set(moves.mapped("state")), {"undone"})
        buyer = self.refresh("transfer").with_user(self.buyer)
        with self.assertRaises(AccessError):
            buyer.action_apply()
