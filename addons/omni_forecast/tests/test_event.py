# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user
from odoo.tools import mute_logger

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestEvent(ForecastCase):
    """Two years of steady demand with three promotions, each a whole month at +50 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Event tea"})
        cls.product = cls.make_product("Event tea", categ_id=cls.category.id)
        cls.other = cls.make_product("Event pot", categ_id=cls.category.id)
        demand = [100] * 24
        for month in (5, 11, 17):
            demand[month] = 150
        cls.make_history(cls.product, demand)
        cls.make_history(cls.other, [40] * 24)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids.filtered(
            lambda one: one.product_id == cls.product
        )
        # history: March 2024 … February 2026
        cls.past = cls.env["forecast.event"].create(
            [
                cls.event_values(name=f"Old {first}", date_start=first, date_end=last)
                for first, last in (
                    ("2024-08-01", "2024-08-31"),
                    ("2025-02-01", "2025-02-28"),
                    ("2025-08-01", "2025-08-31"),
                )
            ]
        )
        cls.past.write({"state": "confirmed"})
        cls.event = cls.env["forecast.event"].create(
            cls.event_values(
                name="Next one", date_start="2026-05-01", date_end="2026-05-31"
            )
        )

    @classmethod
    def event_values(cls, **values):
        return {
            "kind": "promotion",
            "company_id": cls.company.id,
            "product_ids": [(6, 0, cls.product.ids)],
            "plan_id": cls.plan.id,
            **values,
        }

    def may(self, series=None):
        return (series or self.series).line_ids.filtered(
            lambda line: line.date == date(2026, 5, 1)
        )

    def test_uplift_is_learned_and_shown(self):
        self.event.action_learn()
        line = self.event.line_ids
        self.assertEqual(line.product_id, self.product)
        self.assertEqual((line.learned_events, line.learned_level), (3, "product"))
        # three events, shrunk by one pseudo-event on each of three levels
        self.assertAlmostEqual(line.learned_uplift, 1.5 ** (1 - 1 / 64) - 1, 2)
        self.assertTrue(line.learned_low < line.uplift < line.learned_high)
        self.assertIn("3 earlier event(s)", self.event.learned_text)
        self.assertEqual(set(self.past.mapped("measured")), {True})
        self.assertAlmostEqual(self.past[0].actual_uplift, 0.5, 1)
        self.assertAlmostEqual(self.event.base_quantity, self.may().mean, 2)

    def test_only_confirmed_events_change_the_forecast(self):
        line = self.may()
        before = line.mean
        self.event.action_learn()
        self.assertEqual(line.mean, before)
        self.event.action_confirm()
        self.assertAlmostEqual(line.mean, before * (1 + self.event.line_ids.uplift), 1)
        self.assertAlmostEqual(line.baseline, before, 4)
        row = self.series.adjustment_ids
        self.assertEqual((row.kind, row.reason), ("event", "Next one"))
        self.assertEqual(self.event.adjustment_count, 1)
        self.assertEqual(
            self.event.action_open_adjustments()["res_model"], "forecast.adjustment"
        )
        self.event.action_cancel()
        self.assertAlmostEqual(line.mean, before, 4)
        self.event.action_draft()
        self.event.action_confirm()
        self.assertGreater(line.mean, 1.3 * before)
        self.event.unlink()
        self.assertAlmostEqual(line.mean, before, 4)
        self.assertFalse(self.series.adjustment_ids)

    def test_own_uplift_wins_and_follows_the_dates(self):
        before = self.may().mean
        self.event.write({"mode": "own", "own_uplift": 1.0})
        self.event.action_confirm()
        self.assertAlmostEqual(self.may().mean, 2 * before, 1)
        line = self.event.line_ids
        line.own_uplift = 0.2
        self.assertTrue(line.own)
        self.assertAlmostEqual(self.may().mean, 1.2 * before, 1)
        self.event.write({"date_start": "2026-06-01", "date_end": "2026-06-30"})
        self.assertAlmostEqual(self.may().mean, before, 2)
        self.assertAlmostEqual(self.event.expected_uplift, 0.2, 4)

    def test_stated_quantity_and_dip(self):
        before = {line.date: line.mean for line in self.series.line_ids}
        self.event.write({"mode": "quantity", "quantity": 70})
        self.event.action_confirm()
        self.assertAlmostEqual(self.may().mean, before[date(2026, 5, 1)] + 70, 1)
        self.event.write(
            {"mode": "own", "own_uplift": 1, "pull_forward": 0.5, "dip_days": 30}
        )
        june = self.series.line_ids.filtered(lambda one: one.date == date(2026, 6, 1))
        self.assertAlmostEqual(june.mean, 0.5 * before[june.date], 1)

    def test_effect_survives_the_next_run(self):
        self.event.action_confirm()
        wanted = self.may().mean
        self.assertGreater(wanted, 120)
        self.plan.action_run_now()
        # the history is cleaned of the earlier promotions now: the same uplift on the
        # same level
        self.assertEqual(len(self.series.adjustment_ids), 1)
        self.assertAlmostEqual(self.may().mean, wanted, delta=12)

    def test_new_periods_get_their_effect_when_the_horizon_reaches_them(self):
        self.event.write({"date_start": "2026-11-01", "date_end": "2026-11-30"})
        self.event.action_confirm()
        self.assertFalse(self.event.adjustment_count)
        self.plan.horizon = 12
        self.plan.action_run_now()
        self.event.invalidate_recordset()
        self.assertEqual(self.event.adjustment_count, 1)

    def test_factors_for_cleaning(self):
        class Row:
            uid = "one"
            product_id = self.product.id
            warehouse_id = self.warehouse.id
            start = date(2024, 3, 1)
            history = self.series.history["y"]

        factors = self.plan._event_factors([Row])["one"]
        self.assertEqual(sorted(factors), [5, 11, 17])
        for factor in factors.values():
            self.assertAlmostEqual(factor, 1.5, 1)

    def test_nothing_to_learn_from(self):
        self.event.kind = "closure"
        self.event.action_learn()
        self.assertEqual(self.event.learned_uplift, 0)
        self.assertIn("nothing to learn from", self.event.learned_text)
        self.event.plan_id = False
        with self.assertRaisesRegex(UserError, "no plan to learn from"):
            self.event.action_learn()

    def test_category_and_all_products(self):
        self.event.write({"product_ids": False, "category_ids": self.category.ids})
        self.event.action_learn()
        self.assertEqual(self.event.line_ids.product_id, self.product | self.other)
        pot = self.event.line_ids.filtered(lambda one: one.product_id == self.other)
        self.assertEqual((pot.learned_level, pot.learned_events), ("category", 3))
        self.event.category_ids = False
        self.event.action_learn()
        self.assertEqual(self.event.line_ids.product_id, self.product | self.other)

    @mute_logger("odoo.sql_db")
    def test_refused_values(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.event.own_uplift = -2
            self.event.flush_recordset()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.event.date_end = "2026-04-01"
            self.event.flush_recordset()

    def test_campaign_and_copy(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        action = campaign.action_open_forecast_events()
        self.assertEqual(action["context"]["default_name"], "Spring")
        self.event.campaign_id = campaign
        campaign.invalidate_recordset()
        self.assertEqual(campaign.forecast_event_count, 1)
        self.assertEqual(
            campaign.action_open_forecast_events()["res_id"], self.event.id
        )
        copy = self.event.copy()
        self.assertEqual((copy.state, copy.name), ("draft", "Next one (copy)"))

    def test_rights(self):
        reader = new_test_user(
            self.env,
            login="event_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        company = self.env["res.company"].create({"name": "Event elsewhere"})
        stranger = new_test_user(
            self.env,
            login="event_other",
            groups="omni_forecast.group_forecast_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertEqual(self.event.with_user(reader).name, "Next one")
        for call in ("action_learn", "action_confirm", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(self.event.with_user(reader), call)()
        elsewhere = {"allowed_company_ids": stranger.company_ids.ids}
        event = self.event.with_user(stranger).with_context(**elsewhere)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            event.read(["name"])
        self.event.action_learn()
        lines = self.event.line_ids
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            lines.with_env(event.env).read(["uplift"])
        mine = self.event.with_user(self.planner)
        mine.action_confirm()
        self.assertGreater(self.may().mean, self.may().baseline)
        mine.unlink()
        self.assertAlmostEqual(self.may().mean, self.may().baseline, 6)
