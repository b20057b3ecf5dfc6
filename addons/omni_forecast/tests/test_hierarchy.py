# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import random
from collections import defaultdict
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user
from odoo.tools import float_round

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestHierarchy(ForecastCase):
    """Totals equal the sum of their parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.forecast_region = "North"
        cls.south = cls.env["stock.warehouse"].create(
            {
                "name": "South",
                "code": "SOU",
                "company_id": cls.company.id,
                "forecast_region": "South",
            }
        )
        cls.top = cls.env["product.category"].create({"name": "Care"})
        cls.left, cls.right = cls.env["product.category"].create(
            [
                {"name": "Gloves", "parent_id": cls.top.id},
                {"name": "Masks", "parent_id": cls.top.id},
            ]
        )
        dice = random.Random(7)
        cls.products = cls.env["product.product"]
        for index in range(5):
            product = cls.make_product(
                f"Part {index}", categ_id=(cls.left if index % 2 else cls.right).id
            )
            cls.products |= product
            for warehouse in (cls.warehouse, cls.south):
                if index == 4 and warehouse == cls.south:
                    continue
                level = dice.randint(5, 60)
                cls.make_history(
                    product,
                    [level + dice.randint(-4, 4) for _month in range(24)],
                    warehouse=warehouse,
                )
        cls.plan = cls.make_plan(history_periods=24)

    def run_plan(self, plan=None):
        plan = plan or self.plan
        outcome = plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        self.assertTrue(plan.node_ids, plan.last_run_id.reconciliation)

    def node(self, level, plan=None, **keys):
        domain = [("plan_id", "=", (plan or self.plan).id), ("level", "=", level)]
        domain += [(key, "=", value) for key, value in keys.items()]
        node = self.env["forecast.node"].search(domain)
        self.assertEqual(len(node), 1, (level, keys))
        return node

    def means(self, records):
        """{date: sum of the forecasts} to the rounding of the unit."""
        sums = defaultdict(float)
        for line in records.line_ids:
            sums[line.date] += line.mean
        return {
            day: float_round(value, precision_digits=2) for day, value in sums.items()
        }

    def check_sums(self, plan=None):
        """Every node with parts is the sum of them, down to the forecasts."""
        plan = plan or self.plan
        series = plan.series_ids
        total = self.node("total", plan)
        self.assertEqual(self.means(total), self.means(series))
        self.assertEqual(self.means(total), self.means(total.child_ids.filtered(
            lambda one: one.level == "region")))  # fmt: skip
        for warehouse in (self.warehouse, self.south):
            self.assertEqual(
                self.means(self.node("warehouse", plan, warehouse_id=warehouse.id)),
                self.means(series.filtered(lambda s, w=warehouse: s.warehouse_id == w)),
            )
        for categ in (self.left, self.right):
            node = self.node("category", plan, categ_id=categ.id)
            self.assertEqual(
                self.means(node),
                self.means(series.filtered(lambda s, c=categ: s.categ_id == c)),
            )
            self.assertEqual(self.means(node), self.means(node.child_ids))
        top = self.node("category", plan, categ_id=self.top.id)
        self.assertEqual(self.means(top), self.means(top.child_ids))
        self.assertEqual(top.parent_id, total)

    def test_bottom_up(self):
        self.run_plan()
        self.check_sums()
        total = self.node("total")
        self.assertEqual(total.series_count, 9)
        self.assertEqual(total.uom_id, self.unit)
        self.assertFalse(total.mixed_units)
        self.assertEqual(
            sum(total.history["y"]),
            sum(sum(one.history["y"]) for one in self.plan.series_ids),
        )
        for line in total.line_ids:
            self.assertTrue(line.has_base)
            self.assertLessEqual(line.lo80, line.mean)
            self.assertGreaterEqual(line.hi80, line.mean)
            self.assertAlmostEqual(line.value, line.mean * 5, delta=1)
        self.assertEqual(
            self.node("region", region="North").child_ids.warehouse_id, self.warehouse
        )
        self.assertEqual(self.plan.node_count, len(self.plan.node_ids))

    def test_least_squares_moves_the_parts(self):
        self.run_plan()
        before = {line: line.mean for line in self.plan.series_ids.line_ids}
        self.plan.reconciliation = "wls_struct"
        self.run_plan()
        self.assertIn("Least Squares", self.plan.last_run_id.reconciliation)
        self.check_sums()
        lines = self.plan.series_ids.line_ids
        self.assertTrue(any(line.reconciled for line in lines))
        for line in lines:
            self.assertAlmostEqual(
                line.mean, max(0, line.baseline + line.reconciled), places=4
            )
        self.assertEqual(len(lines), len(before))
        for one in self.plan.series_ids:
            self.assertAlmostEqual(
                one.next_mean, one.line_ids.sorted("date")[0].mean, places=4
            )

    def test_an_override_reaches_all_totals(self):
        self.run_plan()
        series = self.plan.series_ids[0]
        line = series.line_ids.sorted("date")[1]
        day = line.date
        total = self.node("total")
        old = self.means(total)[day]
        self.env["forecast.adjustment"].create(
            {
                "series_id": series.id,
                "date": line.date,
                "kind": "override",
                "basis": "target",
                "target": line.mean + 500,
                "reason": "A tender was won.",
            }
        )
        self.assertAlmostEqual(self.means(total)[day], old + 500, places=1)
        self.check_sums()
        self.run_plan()
        self.assertAlmostEqual(self.means(self.node("total"))[day], old + 500, delta=1)
        self.check_sums()

    def test_units_are_converted_or_named(self):
        dozen = self.make_product("By the Dozen", uom_id=self.dozen.id)
        self.make_history(dozen, [2] * 24)
        self.run_plan()
        total = self.node("total")
        self.assertEqual(total.uom_id, self.unit)
        series = self.plan.series_ids
        wanted = sum(
            one.next_mean * (12 if one.product_id == dozen else 1) for one in series
        )
        self.assertAlmostEqual(total.next_mean, wanted, places=2)
        cable = self.make_product(
            "Cable", uom_id=self.env.ref("uom.product_uom_meter").id
        )
        self.make_history(cable, [30] * 24)
        self.run_plan()
        total = self.node("total")
        self.assertTrue(total.mixed_units)
        self.assertFalse(total.uom_id)
        self.assertFalse(self.node("category", categ_id=self.left.id).mixed_units)

    def test_channels_are_parts_of_their_place(self):
        web, field = self.env["crm.team"].create(
            [
                {"name": "Web", "company_id": self.company.id},
                {"name": "Field", "company_id": self.company.id},
            ]
        )
        product = self.products[0]
        for month in range(1, 13):
            moves = self.make_moves(
                [
                    (product, datetime(2025, month, 5), 30),
                    (product, datetime(2025, month, 6), 10),
                ]
            )
            for move, team in zip(moves, (web, field), strict=True):
                order = self.env["sale.order"].create(
                    {
                        "partner_id": self.vendor.id,
                        "company_id": self.company.id,
                        "warehouse_id": self.warehouse.id,
                        "team_id": team.id,
                        "order_line": [
                            (0, 0, {"product_id": product.id, "product_uom_qty": 1})
                        ],
                    }
                )
                move.sale_line_id = order.order_line
        self.plan.split_by_team = True
        self.run_plan()
        self.check_sums()
        teams = self.plan.node_ids.filtered(lambda one: one.level == "team")
        self.assertEqual(len(teams), 3)
        self.assertEqual(self.means(teams), self.means(self.node("total")))
        for team in teams:
            self.assertEqual(self.means(team), self.means(team.child_ids))
        series = self.plan.series_ids.filtered(
            lambda one: one.product_id == product and one.warehouse_id == self.warehouse
        )
        channels = self.plan.node_ids.filtered(
            lambda one: (
                one.level == "channel"
                and one.product_id == product
                and one.warehouse_id == self.warehouse
            )
        )
        self.assertEqual(self.means(channels), self.means(series))
        self.assertIn("No Sales Team", teams.mapped("display_name"))
        line = series.line_ids.sorted("date")[0]
        self.env["forecast.adjustment"].create(
            {
                "series_id": series.id,
                "date": line.date,
                "kind": "override",
                "basis": "target",
                "target": line.mean + 100,
                "reason": "A tender was won.",
            }
        )
        self.assertEqual(self.means(channels), self.means(series))
        self.assertEqual(self.means(teams), self.means(self.node("total")))

    def test_one_warehouse_and_a_second_run(self):
        plan = self.make_plan(warehouse_ids=self.warehouse.ids, history_periods=24)
        self.warehouse.forecast_region = False
        self.warehouse.partner_id.write({"state_id": False, "country_id": False})
        self.run_plan(plan)
        self.assertEqual(
            set(plan.node_ids.mapped("level")), {"total", "warehouse", "category"}
        )
        ids = plan.node_ids.ids
        self.run_plan(plan)
        self.assertEqual(plan.node_ids.ids, ids)
        plan.product_domain = "[('name', '=', 'No such product')]"
        outcome = plan.action_run_now()
        self.assertFalse(plan.node_ids, (outcome, plan.last_run_id.reconciliation))

    def test_chart_and_parts(self):
        self.run_plan()
        node = self.node("category", categ_id=self.left.id)
        data = node.get_chart_data()
        self.assertEqual(len(data["labels"]), 24 + 6)
        self.assertEqual(len(data["mean"]), 30)
        self.assertEqual(data["mean"][:24], [None] * 24)
        self.assertEqual(len(data["models"]["direct"]), 30)
        found = self.env["forecast.node"].search(node.action_open_parts()["domain"])
        self.assertEqual(set(found.mapped("level")), {"product"})
        action = found[0].action_open_parts()
        self.assertEqual(action["res_model"], "forecast.series")
        parts = self.env["forecast.series"].search(action["domain"])
        self.assertEqual(parts.product_id, found[0].product_id)

    def test_readers_read_and_nobody_writes(self):
        self.run_plan()
        reader = new_test_user(
            self.env,
            login="node_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        node = self.node("total").with_user(reader)
        self.assertTrue(node.get_chart_data()["labels"])
        with self.assertRaises(AccessError):
            node.region = "Elsewhere"
        nobody = new_test_user(self.env, login="node_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.node("total").with_user(nobody).get_chart_data()
