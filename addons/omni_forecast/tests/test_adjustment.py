# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestAdjustment(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Adjusted")
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids
        cls.month = date(2026, 4, 1)

    def line(self, day=None):
        return self.series.line_ids.filtered(
            lambda one: one.date == (day or self.month)
        )

    def adjust(self, user=None, **values):
        return (
            self.env["forecast.adjustment"]
            .with_user(user or self.planner)
            .create(
                {
                    "series_id": self.series.id,
                    "date": self.month,
                    "kind": "override",
                    "basis": "target",
                    "target": 100.0,
                    "reason": "Large tender",
                    **values,
                }
            )
        )

    def figures(self):
        line = self.line()
        return [
            *(line[name] for name in ("mean", "lo80", "hi80", "lo95", "hi95")),
            self.series.next_mean,
            self.series.lead_mean,
            self.series.lead_quantile,
        ]

    def test_override_moves_everything_and_comes_back(self):
        before = self.figures()
        base = self.line().baseline
        self.assertEqual(base, self.line().mean)
        other = self.line(date(2026, 5, 1)).mean
        row = self.adjust(date=date(2026, 3, 1)) + self.adjust()
        move = 100 - base
        self.assertEqual(row[1].author_id, self.planner)
        self.assertAlmostEqual(row[1].quantity, move, 6)
        self.assertAlmostEqual(row[1].effect, move, 6)
        self.assertAlmostEqual(self.line().mean, 100, 6)
        self.assertAlmostEqual(self.line().hi95, before[4] + move, 5)
        self.assertAlmostEqual(self.line().baseline, base, 6)
        self.assertAlmostEqual(self.line(date(2026, 5, 1)).mean, other, 6)
        self.assertAlmostEqual(self.series.next_mean, 100, 6)
        gain = self.series.lead_mean - before[6]
        self.assertGreater(gain, 0)
        self.assertAlmostEqual(self.series.lead_quantile, before[7] + gain, 5)
        row.with_user(self.planner).action_withdraw()
        for now, then in zip(self.figures(), before, strict=True):
            self.assertAlmostEqual(now, then, 5)

    def test_bands_come_back_after_an_override_to_zero(self):
        before = self.figures()
        row = self.adjust(target=0.0)
        self.assertEqual((self.line().mean, self.line().lo95), (0, 0))
        row.with_user(self.planner).target = 50
        self.assertAlmostEqual(self.line().mean, 50, 6)
        row.with_user(self.planner).unlink()
        for now, then in zip(self.figures(), before, strict=True):
            self.assertAlmostEqual(now, then, 5)

    def test_rerun_keeps_it_and_live_equals_run(self):
        self.adjust()
        event = self.adjust(kind="event", basis="percent", percent=50.0, reason="Fair")
        expert = self.adjust(
            kind="expert", target=80.0, weight=0.25, date=date(2026, 5, 1)
        )
        live = [(one.date, one.mean, one.hi80) for one in self.series.line_ids]
        totals = self.figures()
        self.plan.action_run_now()
        again = [(one.date, one.mean, one.hi80) for one in self.series.line_ids]
        self.assertEqual(len(live), len(again))
        for one, two in zip(live, again, strict=True):
            self.assertEqual(one[0], two[0])
            self.assertAlmostEqual(one[1], two[1], 5)
            self.assertAlmostEqual(one[2], two[2], 5)
        for one, two in zip(totals, self.figures(), strict=True):
            self.assertAlmostEqual(one, two, 5)
        line = self.line(date(2026, 5, 1))
        self.assertAlmostEqual(
            line.mean, line.baseline + 0.25 * (80 - line.baseline), 5
        )
        self.assertAlmostEqual(event.quantity, self.line().baseline / 2, 5)
        self.assertAlmostEqual(expert.effect, line.mean - line.baseline, 5)

    def test_product_without_forecast_waits_for_it(self):
        new = self.make_product("Not yet sold")
        row = (
            self.env["forecast.adjustment"]
            .with_user(self.planner)
            .create(
                {
                    "plan_id": self.plan.id,
                    "product_id": new.id,
                    "warehouse_id": self.warehouse.id,
                    "date": self.month,
                    "kind": "override",
                    "basis": "target",
                    "target": 33.0,
                    "reason": "Launch",
                }
            )
        )
        self.assertFalse(row.series_id)
        self.make_history(new, [2, 3, 4])
        self.plan.action_run_now()
        self.assertEqual(row.series_id.product_id, new)
        lines = row.series_id.line_ids.filtered(lambda one: one.date == self.month)
        self.assertAlmostEqual(lines.mean, 33, 6)

    def test_expiry(self):
        row = self.adjust()
        late = self.adjust(date=date(2026, 5, 1))
        with freeze_time("2026-05-02 09:00:00"):
            self.env["forecast.adjustment"]._cron_expire()
        self.assertEqual((row.state, late.state), ("expired", "active"))

    def test_what_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "needs a reason"):
            self.adjust(reason=" ")
        with self.assertRaisesRegex(ValidationError, "2026-04-01"):
            self.adjust(date=date(2026, 4, 2))

    def test_roles(self):
        companies = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        reader = new_test_user(
            self.env,
            login="adjust_reader",
            groups="omni_forecast.group_forecast_reader",
            **companies,
        )
        contributor = new_test_user(
            self.env,
            login="adjust_contributor",
            groups="omni_forecast.group_forecast_contributor",
            **companies,
        )
        row = self.adjust()
        self.assertTrue(row.with_user(reader).reason)
        for user in (reader, contributor):
            with self.assertRaises(AccessError):
                self.adjust(user=user, date=date(2026, 5, 1))
            with self.assertRaises(AccessError):
                row.with_user(user).action_withdraw()
        with self.assertRaises(AccessError):
            row.with_user(contributor).read(["reason"])
        # the author cannot be forged
        forged = self.adjust(date=date(2026, 6, 1), author_id=reader.id)
        self.assertEqual(forged.author_id, self.planner)
        forged.with_user(self.planner).write({"author_id": reader.id})
        self.assertEqual(forged.author_id, self.planner)

    def test_companies_are_apart(self):
        row = self.adjust()
        other = self.env["res.company"].create({"name": "Apart"})
        stranger = new_test_user(
            self.env,
            login="adjust_stranger",
            groups="omni_forecast.group_forecast_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        with self.assertRaises(AccessError):
            row.with_user(stranger).with_context(allowed_company_ids=other.ids).read()
        with self.assertRaises(AccessError):
            self.adjust(user=stranger, date=date(2026, 5, 1))

    def test_private_methods(self):
        method = type(self.series)._apply_adjustments
        self.assertTrue(method._api_private)
