# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import freeze_time

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestPlanRun(ForecastCase):
    """From moves to a forecast, a recommendation, a rule, and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seasonal = cls.make_product("Seasonal")
        cls.spare = cls.make_product("Spare Part")
        cls.make_history(cls.seasonal, SEASON * 3)
        cls.make_history(cls.spare, [0, 3, 0, 0, 5, 0, 0, 0, 2, 0, 0, 4] * 3)
        cls.rule = cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.seasonal.id,
                "warehouse_id": cls.warehouse.id,
                "product_min_qty": 3,
                "product_max_qty": 4,
            }
        )
        cls.plan = cls.make_plan()

    def test_whole_chain(self):
        plan = self.plan.with_user(self.planner)
        outcome = plan.action_run_now()
        self.assertEqual(outcome["error"], "")
        self.assertEqual(outcome["state"], "done")
        self.assertEqual(outcome["series"], 2)
        self.assertEqual(outcome["lines"], 12)
        self.assertEqual(outcome["rows_read"], 48)
        self.assertEqual(plan.run_state, "done")

        series = plan.series_ids.filtered(lambda s: s.product_id == self.seasonal)
        self.assertEqual(series.demand_class, "smooth")
        self.assertEqual(series.yearly_demand, sum(SEASON))
        self.assertEqual(series.lead_days, 10)
        self.assertEqual(series.lead_periods, 1)
        self.assertTrue(series.reason)
        self.assertEqual(
            series.line_ids.sorted("date").mapped(lambda line: str(line.date)),
            [f"2026-0{month}-01" for month in range(3, 9)],
        )
        for line in series.line_ids:
            self.assertLessEqual(line.lo95, line.lo80)
            self.assertLessEqual(line.lo80, line.mean)
            self.assertLessEqual(line.mean, line.hi80)
            self.assertLessEqual(line.hi80, line.hi95)
        # a pattern that repeats exactly is forecast closely
        self.assertAlmostEqual(
            series.line_ids.sorted("date")[0].mean, SEASON[0], delta=4
        )
        self.assertIn("comb", series.score_ids.mapped("model"))
        self.assertEqual(series.score_ids.filtered("chosen").model, series.model)

        chart = series.get_chart_data()
        self.assertEqual(len(chart["labels"]), 36 + 6)
        self.assertEqual(chart["history"][:12], SEASON)
        self.assertEqual(chart["mean"][:36], [None] * 36)
        self.assertEqual(len(chart["models"][series.model]), 42)

        proposal = series.recommendation_ids
        self.assertEqual(proposal.rule_change, "change")
        self.assertEqual(proposal.state, "proposed")
        self.assertEqual((proposal.min_before, proposal.max_before), (3, 4))
        self.assertGreater(proposal.max_after, proposal.min_after)
        expected = (proposal.min_after + proposal.max_after - 7) / 2 * 5
        self.assertAlmostEqual(proposal.money_effect, expected, places=2)
        self.assertIn("10 days of lead time", proposal.reason)

        after = (proposal.min_after, proposal.max_after)
        proposal.action_apply()
        self.assertEqual(proposal.state, "applied")
        self.assertEqual((self.rule.product_min_qty, self.rule.product_max_qty), after)
        self.assertEqual(proposal.done_by_id, self.planner)
        proposal.action_undo()
        self.assertEqual(proposal.state, "undone")
        self.assertEqual((self.rule.product_min_qty, self.rule.product_max_qty), (3, 4))

        new = plan.series_ids.recommendation_ids.filtered(
            lambda one: one.product_id == self.spare
        )
        self.assertEqual(new.rule_change, "create")
        new.action_apply()
        created = new.orderpoint_id
        self.assertEqual(created.location_id, self.warehouse.lot_stock_id)
        self.assertEqual(created.product_min_qty, new.min_after)
        new.action_undo()
        self.assertFalse(created.active)
        new.action_apply()
        self.assertTrue(created.active)
        self.assertEqual(new.orderpoint_id, created)

    def test_second_run_replaces(self):
        first = self.plan.action_run_now()
        lines = self.plan.series_ids.line_ids
        count = len(lines)
        second = self.plan.action_run_now()
        self.assertEqual(first["lines"], second["lines"])
        self.plan.invalidate_recordset()
        self.assertEqual(len(self.plan.series_ids.line_ids), count)
        self.assertEqual(len(self.plan.series_ids), 2)
        self.assertEqual(
            self.env["forecast.recommendation"].search_count(
                [("plan_id", "=", self.plan.id), ("state", "=", "proposed")]
            ),
            first["recommendations"],
        )

    def test_nothing_in_scope(self):
        plan = self.make_plan(product_domain="[('name', '=', 'nothing like this')]")
        outcome = plan.action_run_now()
        self.assertEqual((outcome["state"], outcome["series"]), ("done", 0))

    def test_series_leaves_scope(self):
        self.plan.action_run_now()
        self.spare.action_archive()
        self.plan.action_run_now()
        gone = (
            self.env["forecast.series"]
            .with_context(active_test=False)
            .search([("plan_id", "=", self.plan.id), ("active", "=", False)])
        )
        self.assertEqual(gone.product_id, self.spare)
        self.assertEqual(gone.recommendation_ids.state, "obsolete")

    def test_weeks(self):
        plan = self.make_plan(grain="week")
        self.assertEqual((plan.history_periods, plan.horizon), (104, 13))
        outcome = plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        self.assertEqual(plan.series_ids.line_ids.mapped("date")[0].weekday(), 0)

    def test_a_plan_with_only_a_horizon_reads_its_usual_history(self):
        plan = self.env["forecast.plan"].create({"name": "Short form", "horizon": 3})
        self.assertEqual((plan.horizon, plan.history_periods), (3, 36))
        plan = self.env["forecast.plan"].create(
            {"name": "Weekly", "grain": "week", "history_periods": 60}
        )
        self.assertEqual((plan.horizon, plan.history_periods), (13, 60))

    def test_problems_and_reasons_speak_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        new = self.make_product("New on the shelf")
        self.make_history(new, [7, 5])
        plan = self.make_plan()
        self.assertEqual(plan.action_run_now()["state"], "done")
        series = plan.series_ids.filtered(lambda one: one.product_id == new)
        problem = plan.last_run_id.problem_ids.filtered("series_id")
        self.assertEqual((problem.code, problem.figures), ("short", {"count": 2}))
        self.assertIn("2 periods", problem.text)
        self.assertEqual(series.exception, "problem")
        self.assertIn("2 periods", series.exception_text)
        korean = series.with_context(lang="ko_KR")
        self.assertNotIn("periods", korean.exception_text)
        self.assertIn("2", korean.exception_text)
        self.assertNotEqual(korean.reason_text, series.reason_text)

    def test_every_model_of_the_engine_has_a_label(self):
        from ..engine.models import MODELS
        from ..tools.labels import MODELS as LABELS

        self.assertEqual(set(dict(LABELS)), set(MODELS))

    def test_bulk_insert_keeps_every_character(self):
        from ..tools.bulk import bulk_insert

        self.plan.action_run_now()
        texts = ['say "yes"', "back\\slash", "{a,b}", "NULL", "", "한글\nline"]
        run = self.plan.last_run_id
        count = len(texts)
        bulk_insert(
            self.env,
            "forecast.problem",
            {
                "run_id": [run.id] * count,
                "plan_id": [self.plan.id] * count,
                "company_id": [self.company.id] * count,
                "product_id": [None] * count,
                "code": [f"bulk{index}" for index in range(count)],
                "message": texts,
            },
        )
        made = run.problem_ids.search([("code", "=like", "bulk%")], order="id")
        self.assertEqual(made.mapped("message"), texts)
