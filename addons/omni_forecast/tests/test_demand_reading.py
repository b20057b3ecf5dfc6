# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime

from odoo.tests import freeze_time

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestDemandReading(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Read Me")
        cls.plan = cls.make_plan(history_periods=6)

    def test_gaps_are_zero_and_current_month_is_left_out(self):
        self.make_moves(
            [
                (self.product, datetime(2025, 11, 5), 4),
                (self.product, datetime(2025, 11, 28), 6),
                (self.product, datetime(2026, 1, 7), 3),
                (self.product, datetime(2026, 3, 2), 99),
            ]
        )
        self.assertEqual(
            self.demand(self.plan)[self.product], ("2025-11-01", [10, 0, 3, 0])
        )

    def test_history_window(self):
        self.make_moves(
            [
                (self.product, datetime(2025, 8, 31, 12), 50),
                (self.product, datetime(2025, 9, 1, 12), 2),
            ]
        )
        self.assertEqual(
            self.demand(self.plan)[self.product], ("2025-09-01", [2, 0, 0, 0, 0, 0])
        )

    def test_unit_of_measure(self):
        self.make_moves([(self.product, datetime(2026, 2, 5), 2, self.dozen)])
        self.assertEqual(self.demand(self.plan)[self.product][1], [24])

    def test_return_takes_back_the_demand_it_returns(self):
        sold = self.make_moves(
            [
                (self.product, datetime(2026, 1, 20), 10),
                (self.product, datetime(2026, 2, 20), 8),
            ]
        )
        back = self.make_moves([(self.product, datetime(2026, 2, 25), -3)])
        back.origin_returned_move_id = sold[0]
        self.assertEqual(self.demand(self.plan)[self.product][1], [7, 8])
        loose = self.make_moves([(self.product, datetime(2026, 2, 26), -1)])
        self.assertFalse(loose.origin_returned_move_id)
        self.assertEqual(self.demand(self.plan)[self.product][1], [7, 7])

    def test_returns_beyond_deliveries_count_as_zero_and_are_named(self):
        self.make_moves(
            [
                (self.product, datetime(2025, 12, 20), 5),
                (self.product, datetime(2026, 1, 20), -7),
                (self.product, datetime(2026, 2, 20), 5),
            ]
        )
        self.assertEqual(self.demand(self.plan)[self.product][1], [5, 0, 5])
        outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        problems = self.plan.last_run_id.problem_ids
        self.assertIn("returns_exceed_deliveries", problems.mapped("code"))

    def test_month_ends_at_the_warehouse_s_midnight(self):
        # 2026-01-31 16:00 UTC is 1 February, 01:00, in Seoul
        self.make_moves([(self.product, datetime(2026, 1, 31, 16), 5)])
        self.assertEqual(self.demand(self.plan)[self.product], ("2026-01-01", [5, 0]))
        self.warehouse.partner_id.tz = "Asia/Seoul"
        self.assertEqual(self.demand(self.plan)[self.product], ("2026-02-01", [5]))

    def test_current_period_begins_at_the_warehouse_s_midnight(self):
        self.make_moves([(self.product, datetime(2026, 3, 31, 20), 5)])
        with freeze_time("2026-03-31 16:00:00"):
            self.assertFalse(self.demand(self.plan))
            self.warehouse.partner_id.tz = "Asia/Seoul"
            self.assertFalse(self.demand(self.plan))
        with freeze_time("2026-04-30 15:30:00"):
            # already May in Seoul, still April in UTC
            self.assertEqual(self.demand(self.plan)[self.product][1], [5])

    def test_date_wanted_comes_before_date_done(self):
        move = self.make_moves([(self.product, datetime(2026, 2, 3), 5)])
        move.date_deadline = datetime(2026, 1, 28, 12)
        self.assertEqual(self.demand(self.plan)[self.product], ("2026-01-01", [5, 0]))
        order = self.env["sale.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "commitment_date": datetime(2025, 12, 15, 12),
                "order_line": [
                    (0, 0, {"product_id": self.product.id, "product_uom_qty": 5})
                ],
            }
        )
        move.sale_line_id = order.order_line
        self.assertEqual(
            self.demand(self.plan)[self.product], ("2025-12-01", [5, 0, 0])
        )

    def test_scope(self):
        service = self.env["product.product"].create(
            {"name": "Service", "type": "service"}
        )
        loose = self.env["product.product"].create({"name": "Loose", "type": "consu"})
        archived = self.make_product("Archived")
        category = self.env["product.category"].create({"name": "Chosen"})
        chosen = self.make_product("Chosen", categ_id=category.id)
        day = datetime(2026, 2, 10)
        self.make_moves(
            [(one, day, 5) for one in (self.product, loose, archived, chosen)]
        )
        archived.action_archive()
        self.assertEqual(set(self.demand(self.plan)), {self.product, chosen})
        self.assertNotIn(service, self.demand(self.plan))
        self.plan.category_ids = category
        self.assertEqual(set(self.demand(self.plan)), {chosen})
        self.plan.write(
            {"category_ids": False, "product_domain": "[('name', '=', 'Read Me')]"}
        )
        self.assertEqual(set(self.demand(self.plan)), {self.product})

    def test_two_companies_and_two_warehouses(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        other = self.env["res.company"].create({"name": "Other Forecast Company"})
        other_stock = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        day = datetime(2026, 2, 10)
        self.make_moves([(self.product, day, 5)])
        self.make_moves([(self.product, day, 7)], warehouse=second)
        self.make_moves([(self.product, day, 100)], warehouse=other_stock)
        found = {one.warehouse_id: one.quantity for one in self.plan.read_demand()}
        self.assertEqual(found, {self.warehouse.id: [5], second.id: [7]})
        self.plan.warehouse_ids = second
        self.assertEqual(
            [one.warehouse_id for one in self.plan.read_demand()], [second.id]
        )

    def test_internal_moves_are_no_demand(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 5,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": second.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.quantity = 5
        move.picked = True
        move._action_done()
        move.date = datetime(2026, 2, 10)
        self.assertFalse(self.plan.read_demand())

    def test_lead_time(self):
        self.company.days_to_purchase = 2
        without = self.make_product("No Vendor", seller_ids=False)
        dozen = self.make_product(
            "By the Dozen",
            seller_ids=[
                (
                    0,
                    0,
                    {
                        "partner_id": self.vendor.id,
                        "delay": 30,
                        "min_qty": 2,
                        "product_uom_id": self.dozen.id,
                    },
                )
            ],
        )
        found = self.plan.read_supply([self.product.id, without.id, dozen.id])
        self.assertEqual(found[self.product.id][:3], (12, 1, True))
        self.assertEqual(found[without.id][:3], (14, 0, False))
        self.assertEqual(found[dozen.id][:3], (32, 24, True))
