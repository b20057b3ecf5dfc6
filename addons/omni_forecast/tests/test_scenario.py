# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestScenario(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("What if", list_price=9)
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids
        cls.manager = new_test_user(
            cls.env,
            login="scenario_manager",
            groups="omni_forecast.group_forecast_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def make(self, **values):
        return self.env["forecast.scenario"].create(
            {"name": "Test", "plan_id": self.plan.id, **values}
        )

    def test_copies_of_the_present_settings_change_nothing(self):
        one = self.make()
        total = sum(self.series.line_ids.mapped("mean"))
        self.assertAlmostEqual(one.demand, total, 2)
        self.assertAlmostEqual(one.present["stock_value"], one.stock_value, 2)
        self.assertTrue(0.9 < one.fill <= 1)
        self.assertIn("Present settings", one.comparison)
        with self.assertRaisesRegex(UserError, "changes nothing"):
            one.action_take_over()

    def test_directions(self):
        base = self.make()
        more = self.make(demand_change=0.1)
        # demand is kept to the hundredth
        self.assertAlmostEqual(more.demand, 1.1 * base.demand, delta=0.02)
        safe = self.make(own_service=True, service_level=0.995)
        self.assertGreater(safe.stock_value, base.stock_value)
        self.assertLess(safe.shortage, base.shortage)
        slow = self.make(lead_change=30)
        self.assertGreater(slow.stock_value, base.stock_value)
        dear = self.make(price_change=0.1, elasticity=-2)
        self.assertAlmostEqual(dear.demand, base.demand * 1.1**-2, 1)
        more.demand_change = 0
        self.assertAlmostEqual(more.demand, base.demand, delta=0.02)
        self.assertIn("+", safe.comparison)

    def test_events_on_and_off(self):
        event = self.env["forecast.event"].create(
            {
                "name": "Perhaps",
                "company_id": self.company.id,
                "plan_id": self.plan.id,
                "date_start": "2026-05-01",
                "date_end": "2026-05-31",
                "mode": "own",
                "own_uplift": 1.0,
            }
        )
        base = self.make()
        may = self.series.line_ids.filtered(lambda line: line.date.month == 5).mean
        with_event = self.make(on_event_ids=[(6, 0, event.ids)])
        self.assertAlmostEqual(with_event.demand, base.demand + may, 1)
        event.action_confirm()
        without = self.make(off_event_ids=[(6, 0, event.ids)])
        self.assertAlmostEqual(without.demand, base.demand, 1)
        self.assertAlmostEqual(without.present["demand"], base.demand + may, 1)

    def test_take_over(self):
        one = self.make(
            own_service=True, service_level=0.98, lead_change=7, demand_change=0.2
        ).with_user(self.manager)
        before = self.series.line_ids[1].mean
        lead = self.series.lead_days
        with self.assertRaises(AccessError):
            one.with_user(self.planner).action_take_over()
        one.action_take_over()
        self.assertEqual(self.plan.service_level, 0.98)
        self.assertEqual(self.plan.lead_margin_days, 7)
        self.assertAlmostEqual(self.series.line_ids[1].mean, 1.2 * before, 1)
        self.assertEqual(one.state, "taken")
        self.assertIn("Service level: 95.0 % → 98.0 %", one.taken_text)
        run = self.plan.run_ids.filtered(lambda run: run.state == "queued")
        run._process(commit=False)
        self.assertEqual(run.state, "done", run.error)
        self.assertEqual(self.series.lead_days, lead + 7)

    def test_no_run_and_rights(self):
        fresh = self.make_plan(name="Fresh")
        one = self.env["forecast.scenario"].create({"plan_id": fresh.id})
        self.assertFalse(one.calculated_at)
        with self.assertRaisesRegex(UserError, "not run yet"):
            one.action_calculate()
        reader = new_test_user(
            self.env,
            login="scenario_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertTrue(self.make().with_user(reader).comparison)
        with self.assertRaises(AccessError):
            one.with_user(reader).name = "Mine"
        self.assertTrue(
            self.env["forecast.scenario"]
            .with_user(self.planner)
            .create({"plan_id": self.plan.id})
            .calculated_at
        )
