# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Forecasts are kept, scored when their demand has come, and shown as a staircase."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase

LATER = "2026-04-20 09:00:00"  # March is over, nothing else
MUCH_LATER = "2026-05-20 09:00:00"


class TestJudgement(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine_here()
        with freeze_time(TODAY):
            cls.product = cls.make_product("Judged")
            cls.make_history(cls.product, SEASON * 3)
            cls.other = cls.make_product("Other")
            cls.make_history(cls.other, [5] * 30)
            cls.plan = cls.make_plan()
            outcome = cls.plan.action_run_now()
        assert outcome["state"] == "done", outcome
        cls.series = cls.plan.series_ids.filtered(
            lambda one: one.product_id == cls.product
        )

    def vintages(self, series=None):
        series = series or self.series
        return self.env["forecast.vintage"].search([("series_id", "=", series.id)])

    def outcomes(self):
        return self.env["forecast.outcome"].search([("plan_id", "=", self.plan.id)])

    def test_forecast_is_kept(self):
        vintage = self.vintages()
        lines = self.series.line_ids.sorted("date")
        self.assertEqual(len(vintage), 1)
        self.assertEqual(str(vintage.start), "2026-03-01")
        self.assertEqual(vintage.final, lines.mapped("mean"))
        self.assertEqual(vintage.statistical, vintage.final)
        self.assertEqual(vintage.adjusted, vintage.final)
        self.assertEqual(len(vintage.naive), len(lines))
        self.assertEqual(vintage.hi95, lines.mapped("hi95"))
        self.assertFalse(vintage.authors)
        self.assertEqual(vintage.lead_quantile, self.series.lead_quantile)
        self.assertFalse(vintage.scored)

    def test_same_forecast_is_kept_once(self):
        with freeze_time(TODAY):
            self.plan.action_run_now()
        self.assertEqual(len(self.vintages()), 1)

    def test_scored_when_the_period_is_over(self):
        with freeze_time(TODAY):
            self.plan.action_run_now()
        self.assertFalse(self.outcomes())
        expected = self.vintages().final[0]
        naive = self.vintages().naive[0]
        self.make_history(self.product, [20], last="2026-03-01")
        with freeze_time(LATER):
            self.plan.action_run_now()
        outcome = self.outcomes().filtered(lambda one: one.product_id == self.product)
        self.assertEqual((outcome.lag, str(outcome.date)), (1, "2026-03-01"))
        self.assertEqual(outcome.actual, 20)
        self.assertAlmostEqual(outcome.final, expected, places=2)
        self.assertAlmostEqual(outcome.naive, naive, places=2)
        # forecast − actual: positive means too high
        self.assertAlmostEqual(outcome.error, expected - 20, places=2)
        self.assertAlmostEqual(outcome.abs_error, abs(expected - 20), places=2)
        self.assertEqual(outcome.categ_id, self.product.categ_id)
        self.assertTrue(outcome.run_id)
        # no delivery of the other article: its demand was zero
        other = self.outcomes() - outcome
        self.assertEqual((other.actual, other.lag), (0, 1))
        self.assertGreater(other.error, 0)

    def test_scoring_again_adds_nothing(self):
        self.make_history(self.product, [20], last="2026-03-01")
        with freeze_time(LATER):
            self.plan.action_run_now()
            before = self.outcomes()
            values = before.read()
            self.assertEqual(self.env["forecast.outcome"]._score(self.plan), 0)
            self.plan.action_run_now()
        self.assertEqual(self.outcomes(), before)
        self.assertEqual(before.read(), values)

    def test_lead_time_total(self):
        vintage = self.vintages()
        self.series.lead_periods = 2
        with freeze_time(TODAY):
            self.env["forecast.vintage"]._refresh(self.series)
        self.env.cr.execute(
            "UPDATE forecast_vintage SET lead_periods = 2 WHERE id = %s", [vintage.id]
        )
        self.env.invalidate_all()
        for month, quantity in (("2026-03-01", 20), ("2026-04-01", 900)):
            self.make_history(self.product, [quantity], last=month)
        with freeze_time(LATER):
            self.plan.action_run_now()
        self.assertFalse(vintage.scored, "April is not over")
        with freeze_time(MUCH_LATER):
            self.plan.action_run_now()
        self.assertTrue(vintage.scored)
        self.assertEqual(vintage.lead_actual, 920)
        self.assertFalse(vintage.lead_met)
        at_lead = self.outcomes().filtered(
            lambda one: (
                one.is_lead
                and one.run_id == vintage.run_id
                and one.product_id == self.product
            )
        )
        self.assertEqual((at_lead.lag, str(at_lead.date)), (2, "2026-04-01"))
        measured = {(row["basis"], row["abc"]): row for row in self.plan.get_measured()}
        lead = measured["outcome", False]["lead"]
        self.assertGreater(lead["checks"], 0)
        self.assertLess(lead["measured"], 1)

    def test_staircase_by_hand(self):
        """10 pieces came: naive said 14, statistics 12, the planner 9, all together 11."""
        vintage = self.vintages()
        self.env.cr.execute(
            "UPDATE forecast_vintage SET naive = '[14]', statistical = '[12]',"
            " adjusted = '[9]', final = '[11]', authors = %s, scale = 2,"
            " scale_square = 4 WHERE id = %s",
            [f"[{self.planner.id}]", vintage.id],
        )
        self.vintages(self.plan.series_ids - self.series).unlink()
        self.make_history(self.product, [10], last="2026-03-01")
        with freeze_time(LATER):
            self.plan.action_run_now()
        report = self.env["forecast.value.added"]
        stairs = report.get_staircase(self.plan.id, "first", "author_id")
        total = stairs["total"]
        self.assertEqual(
            [round(total[stage]["wape"], 6) for stage, _label in stairs["stages"]],
            [0.4, 0.2, 0.1, 0.1],
        )
        self.assertEqual(
            [round(total[stage]["bias"], 6) for stage, _label in stairs["stages"]],
            [0.4, 0.2, -0.1, 0.1],
        )
        self.assertEqual(total["naive"]["mase"], 2)
        self.assertEqual(total["final"]["rmsse"], 0.5)
        self.assertEqual(total["final"]["bias_units"], 1)
        self.assertEqual(stairs["groups"][0]["value"], self.planner.id)
        self.assertEqual(stairs["groups"][0]["stages"]["adjusted"]["wape"], 0.1)

    def test_staircase_of_the_backtest_right_after_the_first_run(self):
        stairs = self.env["forecast.value.added"].get_staircase(
            self.plan.id, "backtest", "abc"
        )
        self.assertEqual(set(stairs["total"]), {"naive", "statistical"})
        self.assertEqual(list(stairs["counts"]), ["backtest"])
        # the same sums as in the scores
        scores = self.plan.series_ids.score_ids.filtered("chosen")
        above = sum(
            score.n * score.wape * score.series_id.check_level for score in scores
        )
        below = sum(score.n * score.series_id.check_level for score in scores)
        self.assertAlmostEqual(
            stairs["total"]["statistical"]["wape"], above / below, places=3
        )
        with self.assertRaises(UserError):
            self.env["forecast.value.added"].get_staircase(
                self.plan.id, "backtest", "company_id"
            )

    def test_promised_against_measured_in_the_backtest(self):
        rows = self.plan.get_measured()
        self.assertEqual({row["basis"] for row in rows}, {"backtest"})
        whole = rows[0]
        self.assertFalse(whole["abc"])
        self.assertAlmostEqual(whole["lead"]["promised"], 0.95)
        self.assertEqual(
            whole["lead"]["checks"], sum(self.plan.series_ids.mapped("lead_checks"))
        )
        self.assertTrue(0 <= whole["lead"]["textbook"] <= 1)
        self.assertTrue(0 <= whole["band80"]["measured"] <= 1)

    def test_override_counts_and_names_its_author(self):
        line = self.series.line_ids.sorted("date")[0]
        with freeze_time(TODAY):
            self.env["forecast.adjustment"].with_user(self.planner).create(
                {
                    "plan_id": self.plan.id,
                    "company_id": self.company.id,
                    "product_id": self.product.id,
                    "warehouse_id": self.warehouse.id,
                    "date": line.date,
                    "kind": "override",
                    "basis": "target",
                    "target": 50,
                    "reason": "Tender won",
                }
            )
            self.series._apply_adjustments()
            self.env["forecast.vintage"]._refresh(self.series)
        vintage = self.vintages()
        self.assertEqual(len(vintage), 1)
        self.assertEqual((vintage.adjusted[0], vintage.final[0]), (50, 50))
        self.assertNotEqual(vintage.statistical[0], 50)
        self.assertEqual(vintage.authors[0], self.planner.id)

    @freeze_time(TODAY)
    def test_cleaning(self):
        vintage, model = self.vintages(), self.env["forecast.vintage"]
        model._cron_clean()
        self.assertTrue(vintage.exists())
        self.env.cr.execute(
            "UPDATE forecast_vintage SET made_at = now() - interval '3 years'"
        )
        model._cron_clean()
        self.assertFalse(model.search_count([("plan_id", "=", self.plan.id)]))

    def test_rights(self):
        reader = new_test_user(
            self.env,
            login="forecast_judge",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        vintage = self.vintages().with_user(reader)
        self.assertTrue(vintage.final)
        for call in (vintage.unlink, lambda: vintage.write({"abc": "A"})):
            with self.assertRaises(AccessError):
                call()
        elsewhere = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            login="forecast_stranger",
            groups="omni_forecast.group_forecast_reader",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        own = {"allowed_company_ids": elsewhere.ids}
        report = (
            self.env["forecast.value.added"].with_user(stranger).with_context(**own)
        )
        self.assertFalse(report.get_staircase(self.plan.id, "backtest")["total"])
        with self.assertRaises(AccessError):
            self.plan.with_user(stranger).with_context(**own).get_measured()
