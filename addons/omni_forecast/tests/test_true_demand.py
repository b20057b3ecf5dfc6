# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date, datetime, timedelta

from odoo.tests import freeze_time

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestTrueDemand(ForecastCase):
    """Stock-outs, outliers, like products, endings, odd units."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Sold Out")
        cls.plan = cls.make_plan(history_periods=24)

    @classmethod
    def receive(cls, rows, warehouse=None):
        """Done receipts from the vendor: (product, date, quantity) ..."""
        stock = (warehouse or cls.warehouse).lot_stock_id
        moves = cls.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "product_uom": product.uom_id.id,
                    "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": stock.id,
                    "company_id": stock.company_id.id,
                }
                for product, _day, quantity in rows
            ]
        )
        moves._action_confirm(merge=False)
        for move in moves:
            move.quantity = move.product_uom_qty
            move.picked = True
        moves._action_done()
        for move, row in zip(moves, rows, strict=True):
            move.date = row[1]
        cls.env.flush_all()
        return moves

    def sell_daily(self, product, first, days, quantity, warehouse=None):
        self.make_moves(
            [
                (product, datetime.combine(first, datetime.min.time()).replace(hour=12)
                 + timedelta(days=i), quantity)
                for i in range(days)
            ],
            warehouse,
        )  # fmt: skip

    def history(self, product, plan=None):
        series = self.env["forecast.series"].search(
            [("product_id", "=", product.id), ("plan_id", "=", (plan or self.plan).id)]
        )
        self.assertEqual(len(series), 1)
        return series.history, series

    def run_plan(self, plan=None):
        outcome = (plan or self.plan).action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        return outcome

    def make_stockout(self):
        """Ten a day from September to February, but nothing from 11 to 20 January."""
        first = date(2025, 9, 1)
        before = (date(2026, 1, 11) - first).days
        after = (date(2026, 3, 1) - date(2026, 1, 21)).days
        self.receive([(self.product, datetime(2025, 8, 31, 8), before * 10)])
        self.sell_daily(self.product, first, before, 10)
        self.receive([(self.product, datetime(2026, 1, 21, 8), after * 10 + 70)])
        self.sell_daily(self.product, date(2026, 1, 21), after, 10)

    def test_days_without_stock_from_quants_and_moves(self):
        self.make_stockout()
        found = self.plan.read_stockouts()
        self.assertEqual(
            found, {(self.product.id, self.warehouse.id): {date(2026, 1, 1): (10, 0.0)}}
        )

    def test_demand_of_days_without_stock_is_estimated_and_marked(self):
        self.make_stockout()
        self.run_plan()
        history, series = self.history(self.product)
        self.assertEqual(history["y"], [300, 310, 300, 310, 210, 280])
        for seen, wanted in zip(
            history["cleaned"], [300, 310, 300, 310, 310, 280], strict=True
        ):
            self.assertAlmostEqual(seen, wanted, delta=0.5)
        self.assertEqual(history["flags"], {"4": ["stockout"]})
        self.assertEqual(series.xyz, "X")
        self.assertEqual(series.abc_xyz, "AX")
        self.plan.use_stockouts = False
        self.run_plan()
        self.assertNotIn("cleaned", self.history(self.product)[0])

    def test_an_order_that_waited_is_demand_already(self):
        self.make_stockout()
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_dest_id", "=", self.customers.id),
                ("date", ">=", "2026-01-21"),
                ("date", "<", "2026-01-31"),
            ]
        )
        for move in moves:
            move.date_deadline = move.date - timedelta(days=10)
        self.assertEqual(
            self.plan.read_stockouts()[self.product.id, self.warehouse.id],
            {date(2026, 1, 1): (10, 100.0)},
        )
        self.run_plan()
        self.assertNotIn("cleaned", self.history(self.product)[0])

    def test_never_stocked_and_taken_off_are_no_stockouts(self):
        # delivered from nowhere: stock is never kept in this database
        self.make_history(self.product, [5, 6, 5, 6])
        gone = self.make_product("Gone")
        self.receive([(gone, datetime(2025, 3, 1), 50)])
        self.make_moves([(gone, datetime(2025, 10, 10, 12), 50)])
        stockouts = self.plan.read_stockouts()
        self.assertNotIn((gone.id, self.warehouse.id), stockouts)
        self.plan.stockout_days = 400
        self.assertIn((gone.id, self.warehouse.id), self.plan.read_stockouts())

    def test_moves_inside_the_warehouse_change_nothing(self):
        self.make_stockout()
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 30,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.quantity, move.picked = 30, True
        move._action_done()
        move.date = datetime(2026, 1, 15)
        self.env.flush_all()
        self.assertEqual(
            self.plan.read_stockouts()[self.product.id, self.warehouse.id],
            {date(2026, 1, 1): (10, 0.0)},
        )

    def test_outlier_is_marked_and_limited_only_on_request(self):
        quantities = [20, 22, 19, 21, 20, 23, 18, 400, 20, 21, 19, 22]
        self.make_history(self.product, quantities)
        self.run_plan()
        history, _series = self.history(self.product)
        self.assertEqual(history["flags"], {"7": ["outlier"]})
        self.assertNotIn("cleaned", history)
        self.plan.outliers = "limit"
        self.run_plan()
        history, _series = self.history(self.product)
        self.assertEqual(history["y"], quantities)
        self.assertLess(history["cleaned"][7], 60)
        self.plan.outliers = "off"
        self.run_plan()
        self.assertNotIn("flags", self.history(self.product)[0])

    def test_like_product(self):
        season = [10, 10, 10, 10, 10, 40, 40, 10, 10, 10, 10, 10] * 3
        self.plan.write({"history_periods": 36, "horizon": 12})
        self.make_history(self.product, season)
        new = self.make_product("New", like_product_id=self.product.id, like_ratio=2)
        unsold = self.make_product("Unsold", like_product_id=self.product.id)
        alone = self.make_product("Alone")
        self.make_history(new, [22, 18])
        self.make_history(alone, [22, 18])
        self.run_plan()
        history, series = self.history(new)
        self.assertEqual(history["y"], [22, 18])
        self.assertEqual(history["like"]["product_id"], self.product.id)
        self.assertEqual(len(history["like"]["y"]), 34)
        self.assertAlmostEqual(history["like"]["scale"], 2.0, places=2)
        means = series.line_ids.sorted("date").mapped("mean")
        self.assertGreater(max(means), 2 * min(means), means)
        history, series = self.history(unsold)
        self.assertEqual((history["y"], history["like"]["scale"]), ([], 1.0))
        self.assertGreater(sum(series.line_ids.mapped("mean")), 40)
        self.assertNotIn("like", self.history(alone)[0])
        self.assertTrue(series.get_chart_data()["labels"])

    def test_like_product_by_category(self):
        category = self.env["product.category"].create({"name": "Lamps"})
        dear = self.make_product("Dear", categ_id=category.id, list_price=900)
        near = self.make_product("Near", categ_id=category.id, list_price=110)
        new = self.make_product("New", categ_id=category.id, list_price=100)
        for product in (dear, near):
            self.make_history(product, [10, 12, 14] * 8)
        self.make_history(new, [3])
        self.run_plan()
        self.assertNotIn("like", self.history(new)[0])
        self.assertEqual(new.suggested_like_id, near)
        self.assertEqual(new.product_tmpl_id.suggested_like_id, near)
        self.plan.like_mode = "category"
        self.run_plan()
        self.assertEqual(self.history(new)[0]["like"]["product_id"], near.id)
        new.product_tmpl_id.action_take_suggested_like()
        self.assertEqual(new.like_product_id, near)

    def test_last_day_of_demand(self):
        self.make_history(self.product, [30] * 24)
        self.product.forecast_end_date = date(2026, 4, 15)
        self.run_plan()
        lines = self.history(self.product)[1].line_ids.sorted("date")
        means = lines.mapped("mean")
        self.assertAlmostEqual(means[0], 30, delta=1)
        self.assertAlmostEqual(means[1], 15, delta=0.5)
        self.assertEqual(set(means[2:]), {0})
        self.assertEqual(set(lines[2:].mapped("hi95")), {0})

    def test_no_longer_sold_fades(self):
        self.make_history(self.product, [30] * 24)
        self.product.sale_ok = False
        self.run_plan()
        means = self.history(self.product)[1].line_ids.sorted("date").mapped("mean")
        self.assertEqual([round(mean, 1) for mean in means[:4]], [22.5, 15, 7.5, 0])
        self.plan.fade_ended = False
        self.run_plan()
        means = self.history(self.product)[1].line_ids.sorted("date").mapped("mean")
        self.assertAlmostEqual(means[3], 30, delta=1)

    def test_archived_product_is_retired(self):
        self.make_history(self.product, [30] * 12)
        other = self.make_product("Stays")
        self.make_history(other, [3] * 12)
        self.run_plan()
        series = self.history(self.product)[1]
        self.product.action_archive()
        self.run_plan()
        self.assertFalse(series.active)
        self.assertTrue(self.history(other)[1].active)

    def test_unit_that_cannot_be_converted_is_named(self):
        metre = self.env.ref("uom.product_uom_meter")
        moves = self.make_moves(
            [
                (self.product, datetime(2026, 1, 10), 3),
                (self.product, datetime(2026, 1, 11), 2, self.dozen),
                (self.product, datetime(2026, 2, 10), 5),
            ]
        )
        self.env.cr.execute(
            "UPDATE stock_move SET product_uom = %s WHERE id = %s",
            (metre.id, moves[2].id),
        )
        self.env.invalidate_all()
        demand = self.plan.read_demand()[0]
        self.assertEqual((demand.quantity, demand.foreign), ([27, 0], 1))
        self.run_plan()
        problem = self.plan.last_run_id.problem_ids.filtered(
            lambda one: one.code == "unit_unrelated"
        )
        self.assertIn("1 move(s)", problem.text)

    def test_unit_of_the_product_is_changed(self):
        """Odoo gives all moves the new unit; the demand is read in it."""
        self.make_history(self.product, [12, 24])
        self.product.product_tmpl_id.uom_id = self.dozen
        self.env.flush_all()
        self.assertEqual(self.demand(self.plan)[self.product][1], [12, 24])
        self.make_moves([(self.product, datetime(2026, 2, 20), 12, self.unit)])
        self.assertEqual(self.demand(self.plan)[self.product][1], [12, 25])

    def test_ten_years_of_days(self):
        plan = self.make_plan(grain="day", history_periods=3650, horizon=14)
        first = date(2016, 4, 1)
        rows = [
            (
                self.product,
                datetime(day.year, day.month, day.day, 12),
                1 + day.weekday(),
            )
            for day in (first + timedelta(days=i) for i in range(0, 3630, 30))
        ]
        self.make_moves(rows)
        self.run_plan(plan)
        history, series = self.history(self.product, plan)
        self.assertEqual(len(history["y"]), (date(2026, 3, 18) - first).days)
        self.assertEqual(sum(history["y"]), sum(row[2] for row in rows))
        self.assertEqual(len(series.line_ids), 14)
