# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from .common import TODAY
from .common_action import ActionCase


@freeze_time(TODAY)
class TestPublishing(ActionCase):
    """Demand estimates and the expected workload."""

    def estimates(self):
        return self.env["stock.demand.estimate"].search(
            [("product_id", "=", self.product.id)], order="date_from"
        )

    def make_manual(self, first, last):
        return self.env["stock.demand.estimate"].create(
            {
                "product_id": self.product.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "manual_date_from": first,
                "manual_date_to": last,
                "product_uom_qty": 77,
                "product_uom": self.product.uom_id.id,
                "company_id": self.company.id,
            }
        )

    def test_published_by_the_run_and_idempotent(self):
        self.assertFalse(self.estimates())
        self.plan.publish_estimates = True
        self.plan.action_run_now()
        found = self.estimates()
        lines = self.series.line_ids.sorted("date")
        self.assertEqual(found.mapped("date_from"), lines.mapped("date"))
        self.assertEqual(found.mapped("product_uom_qty"), lines.mapped("mean"))
        self.assertEqual(found[0].date_to, date(2026, 3, 31))
        self.assertEqual(found[0].duration, 31)
        self.assertEqual(found.location_id, self.warehouse.lot_stock_id)
        self.assertAlmostEqual(found[0].daily_qty, found[0].product_qty / 31)
        self.assertEqual(self.plan.estimate_count, len(lines))
        before = [(one.id, one.write_date) for one in found]
        self.plan._publish_estimates()
        self.assertEqual([(one.id, one.write_date) for one in self.estimates()], before)

    def test_computed_fields_are_what_odoo_computes(self):
        self.plan.action_publish_estimates()
        found = self.estimates()
        names = ["date_from", "date_to", "duration", "product_qty", "daily_qty"]
        stored = found.read(names)
        for name in names[:-1]:
            self.env.add_to_compute(found._fields[name], found)
        found.flush_recordset()
        self.assertEqual(found.read(names), stored)

    def test_final_forecast_is_what_is_published(self):
        self.plan.action_publish_estimates()
        line = self.series.line_ids.sorted("date")[1]
        line.mean = 99
        self.plan._publish_estimates()
        self.assertIn(99, self.estimates().mapped("product_uom_qty"))

    def test_old_rows_go(self):
        self.plan.action_publish_estimates()
        count = len(self.estimates())
        self.series.line_ids.sorted("date")[-1].unlink()
        self.plan._publish_estimates()
        self.assertEqual(len(self.estimates()), count - 1)
        self.series.active = False
        self.plan._publish_estimates()
        self.assertFalse(self.estimates())

    def test_manual_rows_are_never_touched(self):
        old = self.make_manual("2025-01-01", "2025-01-31")
        same = self.make_manual("2026-05-01", "2026-05-31")
        self.plan.action_publish_estimates()
        found = self.estimates()
        self.assertEqual((old.product_uom_qty, same.product_uom_qty), (77, 77))
        may = found.filtered(lambda one: one.date_from == date(2026, 5, 1))
        self.assertEqual(may, same, "no second estimate of a month that a person gave")
        self.plan.action_withdraw_estimates()
        self.assertEqual(self.estimates(), old | same)
        self.assertFalse(self.plan.publish_estimates)

    def test_only_managers_publish(self):
        with self.assertRaises(AccessError):
            self.plan.with_user(self.planner).action_publish_estimates()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.planner).action_withdraw_estimates()

    def test_workload(self):
        """One move a month on the 10th: its weekdays' shares, 30 units a line."""
        days = self.env["forecast.workload"].search([("plan_id", "=", self.plan.id)])
        self.assertEqual(days[0].date, date(2026, 3, 18))
        april = days.filtered(lambda one: one.date.month == 4)
        self.assertEqual(len(april), 30)
        mean = self.series.line_ids.sorted("date")[1].mean
        self.assertAlmostEqual(sum(april.mapped("units")), mean, delta=0.2)
        self.assertAlmostEqual(sum(april.mapped("lines")), mean / 30, delta=0.5)
        self.assertAlmostEqual(
            sum(april.mapped("hours")), sum(april.mapped("lines")) * 2 / 60, delta=0.5
        )
        # the same again
        count = len(days)
        self.plan._measure_workload()
        self.assertEqual(
            self.env["forecast.workload"].search_count(
                [("plan_id", "=", self.plan.id)]
            ),
            count,
        )

    def test_weekday_profile_and_lines_of_a_delivery(self):
        """Orders of two lines, on Mondays and Tuesdays only, twice as many on Mondays."""
        rows = []
        for week in range(8):
            for day, count in ((5, 4), (6, 2)):
                rows += (
                    [
                        (self.product, f"2026-01-{day:02d} 10:00:00", 3)
                        for _one in range(count)
                    ]
                    if week == 0
                    else []
                )
        moves = self.make_moves(rows)
        pickings = self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.customers.id,
                }
                for _one in range(3)
            ]
        )
        for index, move in enumerate(moves):
            move.picking_id = pickings[index // 2]
        # the history's own moves lie further back than the year looked at
        self.env["stock.move"].search(
            [("product_id", "=", self.product.id), ("id", "not in", moves.ids)]
        ).write({"date": "2024-01-10 12:00:00"})
        self.plan._measure_workload()
        days = self.env["forecast.workload"].search([("plan_id", "=", self.plan.id)])
        april = days.filtered(lambda one: one.date.month == 4)
        busy = april.filtered(lambda one: one.units > 0)
        self.assertEqual(set(busy.mapped("weekday")), {"1", "2"})
        monday = busy.filtered(lambda one: one.weekday == "1")[0]
        tuesday = busy.filtered(lambda one: one.weekday == "2")[0]
        self.assertAlmostEqual(monday.units, 2 * tuesday.units, delta=0.2)
        self.assertAlmostEqual(monday.lines, monday.units / 3, delta=0.1)
        self.assertAlmostEqual(monday.deliveries, monday.lines / 2, delta=0.1)

    def test_who_sees_the_workload(self):
        self.assertTrue(self.env["forecast.workload"].with_user(self.reader).search([]))
        with self.assertRaises(AccessError):
            self.env["forecast.workload"].with_user(self.planner).create({})
