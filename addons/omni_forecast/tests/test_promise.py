# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestPromise(ForecastCase):
    """3 units a day of one product; an event in April doubles it.

    Today is 18 March 2026: 14 days of March and 30 of April at 3, and 30 × 3 extra.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Promised")
        cls.make_history(cls.product, [92] * 24)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids
        cls.set_stock(200)
        cls.event = cls.env["forecast.event"].create(
            {
                "name": "April sale",
                "company_id": cls.company.id,
                "plan_id": cls.plan.id,
                "product_ids": [(6, 0, cls.product.ids)],
                "date_start": "2026-04-01",
                "date_end": "2026-04-30",
                "mode": "own",
                "own_uplift": 1.0,
                "delivery_days": 0,
            }
        )

    @classmethod
    def set_stock(cls, quantity, warehouse=None):
        location = (warehouse or cls.warehouse).lot_stock_id
        # the deliveries of the history were made from nothing
        have = cls.env["stock.quant"]._get_available_quantity(
            cls.product, location, allow_negative=True
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, location, quantity - have
        )

    def check(self):
        action = self.event.action_check_promise()
        return self.env["forecast.promise"].browse(action["res_id"])

    def test_everything_can_be_delivered(self):
        self.set_stock(1000)
        promise = self.check()
        self.assertEqual((promise.share, promise.level), (1.0, "good"))
        self.assertTrue(promise.answer.startswith("Yes: all"))
        self.assertFalse(promise.action_ids)
        self.assertEqual(self.event.promise_share, 1.0)

    def test_what_breaks_when_and_what_to_order(self):
        april = self.series.line_ids.filtered(lambda one: one.date == date(2026, 4, 1))
        daily = april.mean / 30
        promise = self.check()
        line = promise.line_ids
        self.assertAlmostEqual(promise.demand, 60 * daily, 1)
        march = self.series.line_ids.filtered(lambda one: one.date == date(2026, 3, 1))
        left = 200 - 14 * march.mean / 31
        self.assertAlmostEqual(promise.on_time, left, 0)
        self.assertAlmostEqual(promise.share, left / (60 * daily), 2)
        self.assertEqual((line.cause, promise.cause), ("stock", "stock"))
        first = fields.Date.add(date(2026, 4, 1), days=int(left / (2 * daily)))
        self.assertEqual(promise.first_date, first)
        self.assertIn("out of stock", promise.answer)
        order = promise.action_ids
        self.assertEqual((order.kind, order.vendor_id), ("purchase", self.vendor))
        self.assertEqual(order.latest_date, fields.Date.subtract(first, days=10))
        self.assertGreaterEqual(order.quantity, promise.demand - promise.on_time)
        self.assertIn("at the latest", promise.answer)
        # the answer is the same whether the event is confirmed or not
        self.event.action_confirm()
        self.assertAlmostEqual(self.check().share, promise.share, 3)

    def test_ordering_makes_a_draft_once_and_keeps_the_promise(self):
        promise = self.check()
        promise.action_do_all()
        order = promise.action_ids.purchase_id
        self.assertEqual((order.state, order.partner_id), ("draft", self.vendor))
        self.assertEqual(order.picking_type_id, self.warehouse.in_type_id)
        self.assertEqual(order.order_line.product_qty, promise.action_ids.quantity)
        promise.action_do_all()
        self.assertEqual(promise.action_ids.purchase_id, order)
        self.assertFalse(promise.open_count)
        self.assertEqual(
            promise.action_ids.action_open_document()["res_model"], "purchase.order"
        )
        self.assertLess(self.check().share, 1)
        order.button_confirm()
        order.picking_ids.move_ids.date = "2026-04-02 08:00:00"
        self.assertEqual(self.check().share, 1)

    def test_other_warehouse_helps_first(self):
        other = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        self.set_stock(20, other)
        promise = self.check()
        move = promise.action_ids.filtered(lambda one: one.kind == "transfer")
        self.assertEqual((move.source_id, move.quantity), (other, 20))
        order = promise.action_ids - move
        self.assertEqual(order.kind, "purchase")
        move.action_do()
        self.assertEqual(move.picking_id.location_id, other.lot_stock_id)
        self.assertEqual(move.picking_id.move_ids.product_uom_qty, 20)
        self.assertEqual(order.state, "open")

    def test_capacity_breaks(self):
        self.set_stock(1000)
        self.warehouse.forecast_daily_capacity = 5
        promise = self.check()
        self.assertEqual(promise.cause, "capacity")
        self.assertLess(promise.share, 1)
        action = promise.action_ids
        self.assertEqual(action.kind, "capacity")
        self.assertGreaterEqual(action.quantity, 6)
        self.assertIn("units a day", promise.answer)
        with self.assertRaisesRegex(UserError, "people"):
            action.action_do()
        self.warehouse.forecast_daily_capacity = action.quantity
        self.assertEqual(self.check().share, 1)

    def test_too_late_and_no_vendor(self):
        self.set_stock(10)
        promise = self.check()
        order = promise.action_ids
        self.assertEqual(order.latest_date, date(2026, 3, 18))
        self.assertGreater(order.too_late, 0)
        self.assertIn("too late", promise.answer)
        self.product.seller_ids.unlink()
        orphan = self.check()
        self.assertIn("find ", orphan.answer)
        with self.assertRaisesRegex(UserError, "has no vendor"):
            orphan.action_do_all()

    def test_what_cannot_be_checked(self):
        self.event.write({"date_start": "2026-01-01", "date_end": "2026-01-31"})
        with self.assertRaisesRegex(UserError, "ended on"):
            self.event.action_check_promise()
        self.event.write({"date_start": "2028-01-01", "date_end": "2028-01-31"})
        with self.assertRaisesRegex(UserError, "days from now"):
            self.event.action_check_promise()
        self.event.write({"date_start": "2026-04-01", "date_end": "2026-04-30"})
        self.event.plan_id = self.make_plan(name="Never run")
        with self.assertRaisesRegex(UserError, "run one"):
            self.event.action_check_promise()
        self.event.plan_id = self.plan
        self.event.product_ids = self.make_product("Unknown")
        self.assertIn("No demand is expected", self.check().answer)

    def test_rights(self):
        reader = new_test_user(
            self.env,
            login="promise_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        promise = self.check()
        self.assertTrue(promise.with_user(reader).answer)
        with self.assertRaises(AccessError):
            promise.with_user(reader).action_do_all()
        with self.assertRaises(AccessError):
            self.event.with_user(reader).action_check_promise()
        mine = self.event.with_user(self.planner).action_check_promise()
        self.assertTrue(mine["res_id"])
