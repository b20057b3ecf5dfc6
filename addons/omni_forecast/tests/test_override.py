# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestOverride(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Overridden"})
        cls.products = [
            cls.make_product(name, categ_id=cls.category.id) for name in ("One", "Two")
        ]
        cls.make_history(cls.products[0], SEASON * 2)
        cls.make_history(cls.products[1], [3 * quantity for quantity in SEASON] * 2)
        cls.plan = cls.make_plan()
        answer = cls.plan.action_run_now()
        assert answer["state"] == "done", answer["error"]
        cls.series = cls.plan.series_ids.sorted("yearly_demand").with_user(cls.planner)
        cls.one, cls.two = cls.series

    def means(self, series):
        return series.line_ids.sorted("date").mapped("mean")

    def test_grid(self):
        before = self.means(self.one)
        self.one.set_overrides([["2026-04-01", 50]], "Fair")
        answer = self.one.set_overrides(
            [["2026-04-01", 70], ["2026-05-01", 0]], "Fair, larger"
        )
        april = answer["periods"][1]
        self.assertAlmostEqual(april["final"], 70, 5)
        self.assertAlmostEqual(april["baseline"] + april["override"], 70, 5)
        self.assertEqual(april["reason"], "Fair, larger")
        self.assertEqual(april["author"], self.planner.name)
        self.assertTrue(april["replaced"])
        self.assertEqual(len(answer["notes"]), 2)
        self.assertEqual(
            [name for name, _label in answer["steps"]],
            [
                "baseline",
                "event",
                "sales",
                "research",
                "expert",
                "delphi",
                "override",
                "reconciled",
                "final",
            ],
        )
        answer = self.one.undo_overrides(["2026-04-01"])
        self.assertAlmostEqual(answer["periods"][1]["final"], 50, 5)
        self.assertEqual(answer["periods"][1]["reason"], "Fair")
        self.one.reset_overrides(["2026-04-01", "2026-05-01"])
        for now, then in zip(self.means(self.one), before, strict=True):
            self.assertAlmostEqual(now, then, 5)
        trail = self.env["forecast.adjustment"].search(
            [("series_id", "=", self.one.id)]
        )
        self.assertEqual(set(trail.mapped("state")), {"withdrawn"})
        self.assertEqual(len(trail), 3)

    def test_grid_refuses(self):
        for values, reason, words in (
            ([["2026-04-01", 5]], " ", "reason"),
            ([["2026-04-01", -5]], "Why", "zero or more"),
            ([["2026-04-01", float("nan")]], "Why", "zero or more"),
            ([["2031-04-01", 5]], "Why", "no forecast for 2031-04-01"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.one.set_overrides(values, reason)
        reader = new_test_user(
            self.env,
            login="override_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertFalse(self.one.with_user(reader).get_waterfall()["editable"])
        with self.assertRaises(AccessError):
            self.one.with_user(reader).set_overrides([["2026-04-01", 5]], "Why")
        with self.assertRaises(AccessError):
            self.one.with_user(reader).reset_overrides(["2026-04-01"])

    def wizard(self, **values):
        wizard = (
            self.env["forecast.override.wizard"]
            .with_user(self.planner)
            .create({"chosen_plan_id": self.plan.id, "reason": "Tender", **values})
        )
        return wizard

    def test_category_total_is_spread_in_proportion(self):
        before = [self.means(one)[1] for one in self.series]
        wizard = self.wizard(
            categ_id=self.category.id,
            date_from=date(2026, 4, 10),
            date_to=date(2026, 4, 30),
            mode="set",
            value=200,
        )
        self.assertEqual((wizard.series_count, wizard.period_count), (2, 1))
        self.assertAlmostEqual(wizard.total_before, sum(before), 1)
        self.assertAlmostEqual(wizard.total_after, 200, 4)
        wizard.action_apply()
        after = [self.means(one)[1] for one in self.series]
        self.assertAlmostEqual(sum(after), 200, 1)
        self.assertAlmostEqual(after[0] / after[1], before[0] / before[1], 2)

    def test_percent_add_baseline_reset(self):
        before = self.means(self.one)
        self.wizard(
            series_ids=[(6, 0, self.one.ids)], mode="percent", value=10
        ).action_apply()
        for now, then in zip(self.means(self.one), before, strict=True):
            self.assertAlmostEqual(now, 1.1 * then, 1)
        self.wizard(product_ids=[(6, 0, self.products[1].ids)], mode="add", value=5)
        self.wizard(
            series_ids=[(6, 0, self.one.ids)], mode="add", value=5
        ).action_apply()
        self.assertAlmostEqual(self.means(self.one)[0], 1.1 * before[0] + 5, 1)
        self.wizard(series_ids=[(6, 0, self.one.ids)], mode="baseline").action_apply()
        self.assertAlmostEqual(self.means(self.one)[0], before[0], 1)
        self.wizard(series_ids=[(6, 0, self.one.ids)], mode="reset").action_apply()
        self.assertAlmostEqual(self.means(self.one)[0], before[0], 5)

    def test_form_and_nothing_chosen(self):
        form = Form(self.env["forecast.override.wizard"].with_user(self.planner))
        form.reason = "Why"
        with self.assertRaisesRegex(UserError, "No forecast matches"):
            form.save().action_apply()
