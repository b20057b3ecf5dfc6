# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime

from odoo.tests import freeze_time

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestCron(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Scheduled")
        cls.make_history(cls.product, SEASON * 2)

    def test_plan_has_its_own_job(self):
        plan = self.make_plan()
        self.assertFalse(plan.cron_id)
        self.assertFalse(plan.next_run)
        plan.write({"scheduled": True, "next_run": datetime(2026, 3, 23, 5)})
        cron = plan.cron_id
        self.assertEqual(cron.nextcall, datetime(2026, 3, 23, 5))
        self.assertEqual(cron.user_id, self.planner)
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "weeks"))
        plan.scheduled = False
        self.assertFalse(cron.active)
        plan.scheduled = True
        plan.action_archive()
        self.assertFalse(cron.active)
        self.assertEqual(plan.copy().scheduled, False)

    def test_job_of_a_plan(self):
        plan = self.make_plan(scheduled=True)
        with self.enter_registry_test_mode():
            plan.cron_id.method_direct_trigger()
        run = plan.run_ids
        self.assertEqual((run.state, run.origin), ("done", "schedule"))
        self.assertEqual(run.user_id, self.planner)
        self.assertEqual(plan.series_count, 1)

    def test_job_of_the_queue(self):
        plan, second = self.make_plan(), self.make_plan(name="Second")
        plan.with_user(self.planner).action_run()
        second.with_user(self.planner).action_run()
        with self.enter_registry_test_mode():
            self.env.ref("omni_forecast.ir_cron_forecast_queue").method_direct_trigger()
        self.assertEqual((plan.run_ids + second.run_ids).mapped("state"), ["done"] * 2)
        self.assertEqual(plan.run_ids.user_id, self.planner)

    def test_queue_takes_up_what_a_kill_left(self):
        plan = self.make_plan()
        killed = self.env["forecast.run"].create(
            {"plan_id": plan.id, "state": "running", "user_id": self.planner.id}
        )
        with self.enter_registry_test_mode():
            self.env.ref("omni_forecast.ir_cron_forecast_queue").method_direct_trigger()
        killed.invalidate_recordset()
        self.assertEqual((killed.state, killed.takes), ("done", 2))
        self.assertTrue(killed.error, "says that it was taken up again")
        self.assertEqual(plan.run_ids, killed)

    def test_queue_gives_up_a_run_that_stops_every_worker(self):
        plan = self.make_plan()
        killed = self.env["forecast.run"].create(
            {
                "plan_id": plan.id,
                "state": "running",
                "takes": 5,
                "user_id": self.planner.id,
            }
        )
        with self.enter_registry_test_mode():
            self.env.ref("omni_forecast.ir_cron_forecast_queue").method_direct_trigger()
        killed.invalidate_recordset()
        self.assertEqual(killed.state, "failed")
        self.assertIn("without a word", killed.error)

    def test_old_runs_are_forgotten(self):
        plan = self.make_plan()
        plan.action_run_now()
        run = plan.run_ids
        self.env["forecast.run"]._cron_clean()
        self.assertTrue(run.exists())
        with freeze_time("2027-03-18"):
            self.env["forecast.run"]._cron_clean(days=-1)
        self.assertFalse(run.exists())
        self.assertEqual(plan.series_count, 1)
