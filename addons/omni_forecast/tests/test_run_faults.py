# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.omni_forecast.models.run.forecast_run_process import LOCK_CLASS

from .common import SEASON, TODAY, ForecastCase

PROCESS = "odoo.addons.omni_forecast.models.run.forecast_run_process"
PART = "odoo.addons.omni_forecast.models.run.forecast_run_part"


@freeze_time(TODAY)
class TestRunFaults(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Faulty")
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()

    def forecast_fails(self, error):
        return patch.object(
            type(self.env["forecast.run"]), "_forecast", side_effect=error
        )

    @mute_logger(PROCESS, PART)
    def test_engine_error_is_visible(self):
        from ..engine import EngineError

        with self.forecast_fails(EngineError("horizon is 0; it must be at least 1.")):
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "failed")
        self.assertEqual(self.plan.run_error, "horizon is 0; it must be at least 1.")
        self.assertEqual(self.plan.run_state, "failed")
        self.assertFalse(self.plan.series_ids)

    @mute_logger(PROCESS, PART)
    def test_failed_run_keeps_the_forecasts_before(self):
        self.plan.action_run_now()
        before = self.plan.series_ids.line_ids.mapped("mean")
        with self.forecast_fails(MemoryError()):
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["error"], "MemoryError")
        self.plan.invalidate_recordset()
        self.assertEqual(self.plan.series_ids.line_ids.mapped("mean"), before)

    @mute_logger(PROCESS, PART)
    def test_failure_while_writing_leaves_nothing_half_done(self):
        proposer = type(self.env["forecast.recommendation"])
        with patch.object(proposer, "_propose", side_effect=ValueError("disk full")):
            outcome = self.plan.action_run_now()
        self.assertEqual((outcome["state"], outcome["error"]), ("failed", "disk full"))
        self.assertFalse(
            self.env["forecast.series"].search([("plan_id", "=", self.plan.id)])
        )

    def test_killed_run_is_taken_up_without_doubling(self):
        self.plan.action_run_now()
        lines = self.env["forecast.line"].search_count([("plan_id", "=", self.plan.id)])
        killed = self.env["forecast.run"].create(
            {"plan_id": self.plan.id, "state": "running", "step_progress": 60}
        )
        outcome = self.plan.action_run_now()
        self.assertEqual(outcome["run_id"], killed.id)
        self.assertEqual(killed.state, "done")
        self.assertIn("worker had stopped", killed.error)
        self.assertEqual(
            self.env["forecast.line"].search_count([("plan_id", "=", self.plan.id)]),
            lines,
        )

    def test_killed_run_beside_a_queued_one_is_failed_with_its_reason(self):
        killed = self.env["forecast.run"].create(
            {"plan_id": self.plan.id, "state": "running", "step": "Writing forecasts"}
        )
        queued = self.env["forecast.run"].create({"plan_id": self.plan.id})
        queued._process(commit=False)
        self.assertEqual((killed.state, queued.state), ("failed", "done"))
        self.assertIn("Writing forecasts", killed.error)

    def test_two_runs_at_once(self):
        # another worker, on a connection of its own, holds the plan
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.plan.id)
            )
            self.assertTrue(other.fetchone()[0])
            with self.assertRaises(UserError):
                self.plan.action_run_now()
        self.assertEqual(self.plan.action_run_now()["state"], "done")

    def test_button_does_not_queue_twice(self):
        self.plan.action_run()
        self.plan.action_run()
        runs = self.plan.run_ids
        self.assertEqual((len(runs), runs.state), (1, "queued"))

    def test_cancel_queued(self):
        self.plan.action_run()
        self.plan.action_cancel()
        self.assertEqual(self.plan.run_state, "cancelled")
        with self.assertRaises(UserError):
            self.plan.action_cancel()

    def test_cancel_running(self):
        run = self.plan._queue_run("rpc", trigger=False)
        run.cancel_requested = True
        run._process(commit=False)
        self.assertEqual(run.state, "cancelled")
        self.assertFalse(self.plan.series_ids)

    def test_rule_without_demand_is_named(self):
        silent = self.make_product("Silent")
        self.env["stock.warehouse.orderpoint"].create(
            {"product_id": silent.id, "warehouse_id": self.warehouse.id}
        )
        self.plan.action_run_now()
        problem = self.plan.last_run_id.problem_ids.filtered(
            lambda one: one.product_id == silent
        )
        self.assertEqual(problem.code, "no_history")
        self.assertIn("Silent", problem.message)

    def test_odd_series(self):
        one = self.make_product("One Point")
        self.make_history(one, [5])
        constant = self.make_product("Constant")
        self.make_history(constant, [4] * 20)
        huge = self.make_product("Huge")
        self.make_history(huge, [1e9, 2e9, 1e9, 3e9, 1e9, 2e9])
        outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        series = {line.product_id: line for line in self.plan.series_ids}
        self.assertEqual(series[one].exception, "problem")
        self.assertTrue(series[one].problem)
        self.assertEqual(series[constant].exception, "none")
        self.assertAlmostEqual(series[constant].line_ids[0].mean, 4, places=3)
        self.assertGreater(series[huge].line_ids[0].mean, 1e8)
