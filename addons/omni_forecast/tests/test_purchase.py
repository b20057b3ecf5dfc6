# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from .common import TODAY
from .common_action import STEADY, ActionCase


@freeze_time(TODAY)
class TestPurchase(ActionCase):
    """Reorder point and maximum of the product: 10 days of lead time, 7 of review."""

    def setUp(self):
        super().setUp()
        self.set_stock(5)
        self.info = self.product.seller_ids
        self.info.price = 4.0

    def test_what_is_proposed(self):
        one = self.refresh("purchase")
        self.assertEqual((one.on_hand, one.incoming, one.position), (5, 0, 5))
        self.assertEqual(one.quantity, one.max_after - 5)
        self.assertEqual(one.money_effect, one.quantity * 4)
        self.assertEqual(one.vendor_id, self.vendor)
        # 30 a month: 5 last five days of March, ten days of lead time are too many
        self.assertEqual((one.days_left, one.urgency), (5, "3"))
        self.assertEqual(one.stockout_date, date(2026, 3, 23))
        self.assertEqual(one.order_date, date(2026, 3, 18))
        self.assertGreater(one.missed, 0)
        self.assertEqual(one.missed_value, one.missed * 8)
        self.assertIn("on hand 5", one.reason)
        self.assertIn("2026-03-23", one.consequence)
        self.assertIn("5 →", one.change_text)

    def test_enough_stock(self):
        self.set_stock(500)
        self.assertFalse(self.refresh("purchase"))

    def test_incoming_outgoing_and_drafts_count(self):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        stock = self.warehouse.lot_stock_id
        base = self.refresh("purchase").quantity
        self.open_move(suppliers, stock, 4)
        one = self.refresh("purchase")
        self.assertEqual((one.incoming, one.quantity), (4, base - 4))
        self.open_move(stock, self.customers, 3)
        one = self.refresh("purchase")
        self.assertEqual((one.outgoing, one.quantity), (3, base - 1))
        # an order of a later day is part of the forecast already
        self.open_move(stock, self.customers, 2, "2026-03-25 09:00:00")
        self.assertEqual(self.refresh("purchase").quantity, base - 1)
        self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_qty": 6})
                ],
            }
        )
        one = self.refresh("purchase")
        self.assertEqual((one.drafted, one.quantity), (6, base - 7))

    def test_apply_makes_one_rfq_and_never_doubles(self):
        other = self.make_product("Second", lst_price=8.0)
        self.make_history(other, STEADY)
        self.plan.action_run_now()
        proposals = self.refresh("purchase")
        self.assertEqual(len(proposals), 2)
        proposals.action_apply()
        order = self.orders()
        self.assertEqual(len(order), 1)
        self.assertEqual(order.partner_id, self.vendor)
        self.assertEqual(order.picking_type_id, self.warehouse.in_type_id)
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.currency_id, self.info.currency_id)
        self.assertEqual(len(order.order_line), 2)
        for one in proposals:
            line = one.purchase_line_id
            self.assertEqual(line.product_qty, one.quantity)
            self.assertEqual(line.date_planned.date(), one.arrival_date)
        line = order.order_line.filtered(lambda one: one.product_id == self.product)
        self.assertEqual(line.price_unit, 4.0)
        before = order.order_line.mapped("product_qty")
        proposals.action_apply()
        self.assertFalse(self.refresh("purchase"))
        self.plan.action_run_now()
        self.assertFalse(self.refresh("purchase"))
        self.assertEqual(self.orders().order_line.mapped("product_qty"), before)
        # Odoo's own replenishment counts the draft, too
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "product_min_qty": 10,
                "product_max_qty": 11,
            }
        )
        self.assertEqual(rule.qty_to_order, 0)

    def test_more_joins_the_open_draft_but_not_a_sent_one(self):
        self.refresh("purchase").action_apply()
        order = self.orders()
        self.set_stock(-20)
        one = self.refresh("purchase")
        self.assertEqual(one.quantity, 25)
        one.action_apply()
        self.assertEqual(self.orders(), order)
        self.assertEqual(len(order.order_line), 1)
        order.state = "sent"
        self.set_stock(-40)
        self.refresh("purchase").action_apply()
        self.assertEqual(len(self.orders()), 2)

    def test_apply_after_stock_came_in(self):
        one = self.refresh("purchase")
        self.set_stock(50)
        answer = one.action_apply()
        self.assertEqual((one.state, answer["params"]["type"]), ("proposed", "warning"))
        self.assertIn("45", one.conflict)
        self.assertFalse(self.orders())
        one.action_refresh()
        self.assertEqual(one.state, "obsolete")

    def test_undo(self):
        one = self.refresh("purchase")
        one.action_apply()
        one.action_undo()
        self.assertEqual(one.state, "undone")
        self.assertFalse(self.orders())
        # again, then a person changes the quantity
        again = self.refresh("purchase")
        again.action_apply()
        self.orders().order_line.product_qty += 1
        again.action_undo()
        self.assertEqual(again.state, "applied")
        self.assertIn("changed by hand", again.conflict)

    def test_undo_leaves_a_confirmed_order(self):
        one = self.refresh("purchase")
        one.action_apply()
        self.orders().button_confirm()
        one.action_undo()
        self.assertEqual(one.state, "applied")
        self.assertIn("Purchase Order", one.conflict)
        self.assertEqual(self.orders().state, "purchase")

    def test_undo_takes_only_its_part(self):
        first = self.refresh("purchase")
        first.action_apply()
        line = first.purchase_line_id
        self.set_stock(-20)
        second = self.refresh("purchase")
        second.action_apply()
        self.assertEqual(second.purchase_line_id, line)
        second.action_undo()
        self.assertEqual(line.product_qty, first.quantity)
        first.action_undo()
        self.assertFalse(self.orders())

    def test_minimum_and_vendor_unit(self):
        self.info.write(
            {"product_uom_id": self.dozen.id, "min_qty": 5, "price": 36.0, "delay": 10}
        )
        one = self.refresh("purchase")
        self.assertEqual((one.moq, one.quantity), (60, 60))
        self.assertEqual((one.purchase_qty, one.purchase_uom_id), (5, self.dozen))
        self.assertEqual(one.money_effect, 180)
        self.assertIn("minimum", one.reason)
        one.action_apply()
        line = one.purchase_line_id
        self.assertEqual((line.product_qty, line.product_uom_id), (5, self.dozen))
        self.assertEqual(line.price_unit, 36.0)
        self.info.min_qty = 0
        self.set_stock(-60)
        one = self.refresh("purchase")
        self.assertEqual(one.quantity % 12, 0)

    def test_price_break(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.vendor.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "min_qty": 100,
                "price": 3.0,
                "delay": 10,
            }
        )
        one = self.refresh("purchase")
        self.assertEqual((one.quantity, one.figures["price"]), (100, 3.0))
        self.assertGreater(one.break_gain, 0)
        self.assertIn("Price break", one.reason)
        one.action_apply()
        self.assertEqual(one.purchase_line_id.price_unit, 3.0)
        one.action_undo()
        self.plan.cover_days = 30
        self.assertLess(self.refresh("purchase").quantity, 100)
        self.plan.cover_days = 365
        self.plan.holding_rate = 9.0
        self.assertEqual(self.refresh("purchase").break_gain, 0)

    def test_vendors_currency(self):
        currency = self.env.ref("base.KRW")
        currency.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": "2026-01-01",
                "rate": 1000.0,
                "company_id": self.company.id,
            }
        )
        self.info.write({"currency_id": currency.id, "price": 4000.0})
        one = self.refresh("purchase")
        self.assertAlmostEqual(one.money_effect, one.quantity * 4.0, places=2)
        one.action_apply()
        self.assertEqual(self.orders().currency_id, currency)
        self.assertEqual(one.purchase_line_id.price_unit, 4000.0)

    def test_vendor_calendar(self):
        """Lead time of 10 calendar days; the vendor is closed the week after."""
        self.set_stock(16)
        self.company.resource_calendar_id = False
        plain = self.refresh("purchase")
        self.assertEqual(plain.stockout_date, date(2026, 4, 3))
        self.assertEqual(plain.order_date, date(2026, 3, 24))
        self.assertEqual(plain.arrival_date, date(2026, 4, 3))
        calendar = self.env["resource.calendar"].create(
            {"name": "Vendor", "company_id": self.company.id, "tz": "UTC"}
        )
        self.vendor.forecast_calendar_id = calendar
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Works holidays",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-03-30 00:00:00",
                "date_to": "2026-04-05 23:59:59",
            }
        )
        # ten days must be over before the closure begins
        one = self.refresh("purchase")
        self.assertEqual(one.order_date, date(2026, 3, 19))
        self.assertEqual(one.arrival_date, date(2026, 3, 29))
        self.assertIn("closed on 5 day(s)", one.reason)
        # closed at once: too late in any case, the order waits for the vendor
        leave.write(
            {"date_from": "2026-03-16 00:00:00", "date_to": "2026-03-22 23:59:59"}
        )
        one = self.refresh("purchase")
        self.assertEqual(one.order_date, date(2026, 3, 24))
        leave.write(
            {"date_from": "2026-03-23 00:00:00", "date_to": "2026-04-12 23:59:59"}
        )
        one = self.refresh("purchase")
        self.assertEqual(one.order_date, date(2026, 3, 18))
        self.assertEqual(one.arrival_date, date(2026, 4, 18))

    def test_public_holidays(self):
        """5 May is Children's Day in Korea."""
        self.vendor.forecast_holidays = True
        days = self.vendor._forecast_workdays(date(2026, 5, 1), date(2026, 5, 31))
        self.assertIn(date(2026, 5, 5), days.closed)

    def test_locked_and_snoozed_rules(self):
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "product_min_qty": 8,
                "product_max_qty": 9,
                "forecast_locked": True,
                "trigger": "manual",
            }
        )
        one = self.refresh("purchase")
        self.assertEqual((one.min_after, one.quantity), (8, 4))
        one.action_apply()
        self.assertEqual((rule.product_min_qty, rule.product_max_qty), (8, 9))
        self.assertEqual(one.purchase_line_id.orderpoint_id, rule)
        one.action_undo()
        rule.snoozed_until = "2026-04-01"
        self.assertFalse(self.refresh())

    def test_dismissed_stays_away_until_it_is_more_urgent(self):
        self.set_stock(16)
        one = self.refresh("purchase")
        self.assertEqual(one.urgency, "2")
        one.action_dismiss()
        self.assertFalse(self.refresh("purchase"))
        self.set_stock(2)
        self.assertEqual(self.refresh("purchase").urgency, "3")

    def test_not_bought(self):
        self.product.purchase_ok = False
        self.assertFalse(self.refresh("purchase"))
        self.product.purchase_ok = True
        self.warehouse.buy_to_resupply = False
        self.assertFalse(self.refresh("purchase"))
        self.warehouse.buy_to_resupply = True
        self.product.seller_ids.date_end = "2026-01-01"
        self.assertFalse(self.refresh("purchase"))

    def test_who_may_buy(self):
        one = self.refresh("purchase")
        rule = self.refresh("rule")
        with self.assertRaises(AccessError):
            one.with_user(self.reader).action_apply()
        # a planner decides, but makes no order without purchase rights
        one.with_user(self.planner).action_apply()
        self.assertEqual(one.state, "proposed")
        self.assertIn("no right", one.conflict)
        # a buyer who reads forecasts orders, and changes no rule
        with self.assertRaises(AccessError):
            rule.with_user(self.buyer).action_apply()
        with self.assertRaises(AccessError):
            one.with_user(self.buyer).write({"state": "applied"})
        one.with_user(self.buyer).action_apply()
        self.assertEqual((one.state, one.done_by_id), ("applied", self.buyer))
        self.assertEqual(self.orders().create_uid, self.buyer)
        one.with_user(self.buyer).action_undo()
        self.assertEqual(one.state, "undone")

    def test_one_bad_record_does_not_stop_the_others(self):
        other = self.make_product("Gone vendor", lst_price=8.0)
        self.make_history(other, STEADY)
        self.plan.action_run_now()
        proposals = self.refresh("purchase")
        bad = proposals.filtered(lambda one: one.product_id == other)
        bad.vendor_id.copy()
        bad.vendor_id = self.env["res.partner"].create(
            {"name": "Archived", "active": False}
        )
        answer = proposals.action_apply()
        good = proposals - bad
        self.assertEqual((good.state, bad.state), ("applied", "proposed"))
        self.assertIn("Gone vendor", answer["params"]["message"])
        self.assertIn("1 recommendation(s) applied", answer["params"]["message"])

    def test_two_plans_do_not_double(self):
        twin = self.plan.copy()
        twin.action_run_now()
        both = self.refresh("purchase") | twin.series_ids.recommendation_ids.filtered(
            lambda one: one.kind == "purchase"
        )
        self.assertEqual(len(both), 2)
        both.action_apply()
        self.assertEqual(sorted(both.mapped("state")), ["applied", "proposed"])
        self.assertEqual(len(self.orders().order_line), 1)
