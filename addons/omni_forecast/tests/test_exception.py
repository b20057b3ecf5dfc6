# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.tests import freeze_time

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestException(ForecastCase):
    """About three a day, a vendor of ten days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Watched", list_price=9)
        cls.make_history(cls.product, [92] * 24)
        cls.plan = cls.make_plan()

    def set_stock(self, quantity):
        location = self.warehouse.lot_stock_id
        have = self.env["stock.quant"]._get_available_quantity(
            self.product, location, allow_negative=True
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, location, quantity - have
        )

    def test_stock_that_is_not_kept_cannot_run_out(self):
        self.plan.action_run_now()
        self.assertEqual(self.plan.series_ids.exception, "none")

    def test_stock_out_ahead(self):
        self.set_stock(10)
        self.plan.action_run_now()
        series = self.plan.series_ids
        daily = series.lead_mean / (series.lead_periods * 365.25 / 12)
        self.assertEqual(series.exception, "stockout")
        short = daily * series.lead_days - 10
        self.assertAlmostEqual(series.shortage_ahead, short, 1)
        self.assertAlmostEqual(series.exception_value, 9 * short, 0)
        self.assertEqual(series.stockout_date, date(2026, 3, 21))
        self.assertIn("Stock lasts until", series.exception_text)
        # stock comes: no run is needed to see it
        self.set_stock(200)
        self.plan.action_refresh_exceptions()
        self.assertEqual((series.exception, series.exception_value), ("none", 0))

    def test_excess(self):
        self.set_stock(2000)
        self.plan.action_run_now()
        series = self.plan.series_ids
        self.assertEqual(series.exception, "excess")
        self.assertAlmostEqual(series.exception_value, 5 * series.excess_quantity, 0)
        self.assertTrue(1200 < series.excess_quantity < 1600)
        self.assertIn("tied up", series.exception_text)
        self.assertEqual(self.plan.alarm_count, 1)
        self.plan.cover_days = 3650
        self.env["forecast.plan"]._cron_refresh_exceptions()
        self.assertEqual(series.exception, "none")

    def test_large_error_and_order_by_money(self):
        wild = self.make_product("Wild", standard_price=1)
        self.make_history(wild, [5, 90, 12, 60, 3, 120, 20, 80, 9, 70, 4, 100] * 2)
        self.set_stock(2000)
        self.plan.error_limit = 0.2
        self.plan.action_run_now()
        series = self.plan.series_ids.filtered(lambda one: one.product_id == wild)
        self.assertIn(series.exception, ("error", "naive", "bias"))
        self.assertGreater(series.exception_value, 0)
        order = self.env["forecast.series"].search([("plan_id", "=", self.plan.id)])
        values = order.mapped("exception_value")
        self.assertEqual(values, sorted(values, reverse=True))

    def test_problem_stays_a_problem(self):
        short = self.make_product("Short")
        self.make_history(short, [4, 5])
        self.plan.action_run_now()
        series = self.plan.series_ids.filtered(lambda one: one.product_id == short)
        self.assertEqual(series.exception, "problem")
        self.assertIn("2 periods", series.exception_text)


@freeze_time(TODAY)
class TestStart(ForecastCase):
    def start(self):
        return self.env["forecast.start"].create({"company_id": self.company.id})

    def test_nothing_delivered_yet(self):
        start = self.start()
        self.assertEqual(start.grain, "month")
        self.assertIn("No delivery", start.found)
        action = start.action_start()
        plan = self.env["forecast.plan"].browse(action["res_id"])
        self.assertEqual(plan.run_state, "queued")
        plan.run_ids._process(commit=False)
        self.assertEqual(plan.run_state, "done", plan.run_error)

    def test_months_of_a_slow_business(self):
        product = self.make_product("Slow")
        other = self.make_product("No vendor", seller_ids=False)
        self.make_history(product, SEASON)
        self.make_history(other, SEASON)
        start = self.start()
        self.assertEqual((start.grain, start.pair_count), ("month", 2))
        self.assertEqual(start.warehouse_ids, self.warehouse)
        self.assertEqual(start.no_vendor_count, 1)
        self.assertIn("Less than two years", start.found)
        self.assertIn("Forecasts 6 months", start.plan_text)
        action = start.action_start()
        plan = self.env["forecast.plan"].browse(action["res_id"])
        self.assertEqual(plan.warehouse_ids, self.warehouse)
        self.assertTrue(plan.scheduled)
        self.assertEqual(str(plan.next_run)[:10], "2026-03-23")
        plan.run_ids._process(commit=False)
        self.assertEqual(plan.series_count, 2)

    def test_weeks_of_a_busy_one(self):
        product = self.make_product("Busy")
        rows = [(product, "2024-12-01 10:00:00", 1)]
        rows += [(product, f"2026-02-{1 + n % 27:02d} 10:00:00", 1) for n in range(280)]
        self.make_moves(rows)
        start = self.start()
        self.assertEqual(start.grain, "week")
        self.assertEqual(start.name, "Weekly demand forecast")
        self.assertIn("10.8 times a week", start.found)
