# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The parts of a run as jobs, without a runner: what is delayed, and what a job does.

Two real servers with a real runner are in the suite's tests/.
"""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import freeze_time

from odoo.addons.omni_forecast.tests.common import SEASON, TODAY, ForecastCase
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job


@freeze_time(TODAY)
class TestForecastJobs(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine_here()
        for number in range(4):
            cls.make_history(cls.make_product(f"Queued {number}"), SEASON * 2)
        cls.env["ir.config_parameter"].sudo().set_param("omni_forecast.part_size", "2")
        cls.plan = cls.make_plan()

    def begin(self, lives=True):
        """Take up a run as the scheduled job does, with or without a runner."""
        run = self.plan._queue_run("button", trigger=False)
        run = run.with_user(self.planner)
        model = type(self.env["forecast.run"])
        with (
            self.enter_registry_test_mode(),
            patch.object(model, "_runner_lives", return_value=lives),
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
        ):
            run._process(commit=True)
        return run

    def jobs(self, run):
        """The open jobs of a run: its parts by number, then its end."""
        return (
            run.sudo()
            ._jobs(("pending", "wait_dependencies"))
            .sorted(lambda job: (job.model_name == "forecast.run", job.records.ids))
        )

    def perform(self, jobs):
        # what is written stays in the test's transaction
        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            patch.object(self.env.cr, "rollback"),
        ):
            for record in jobs:
                job = Job.load(self.env, record.uuid)
                job.func(*job.args, **job.kwargs)

    def test_without_a_runner_the_scheduled_job_does_it(self):
        run = self.begin(lives=False)
        self.assertEqual(run.state, "done")
        self.assertFalse(self.jobs(run))
        self.assertEqual(len(self.plan.series_ids), 4)

    def test_parts_become_jobs_on_their_channel(self):
        run = self.begin()
        self.assertEqual(run.state, "running")
        jobs = self.jobs(run)
        self.assertEqual(
            jobs.mapped("state"),
            ["pending", "pending", "wait_dependencies"],
        )
        self.assertEqual(set(jobs.mapped("channel")), {"root.forecast"})
        self.assertEqual(jobs.mapped("user_id"), self.planner)
        self.assertFalse(self.plan.series_ids)
        self.perform(jobs)
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.plan.series_ids), 4)
        self.assertEqual(run.line_count, 4 * self.plan.horizon)
        self.assertEqual(run.part_ids.mapped("state"), ["done", "done"])

    def test_a_job_done_twice_doubles_nothing(self):
        run = self.begin()
        jobs = self.jobs(run)
        self.perform(jobs[:2])
        lines = self.plan.series_ids.line_ids
        self.perform(jobs[:2])
        self.perform(jobs[2])
        self.perform(jobs)
        self.env.invalidate_all()
        self.assertEqual(self.plan.series_ids.line_ids, lines)
        self.assertEqual(run.part_ids.mapped("takes"), [1, 1])

    def test_a_part_whose_job_was_set_to_done_is_not_left_out(self):
        run = self.begin()
        jobs = self.jobs(run)
        self.perform(jobs[0])
        jobs[1].button_done()
        part_model = type(self.env["forecast.run.part"])
        with (
            patch.object(part_model, "_do", return_value=False),
            self.assertRaises(RetryableJobError),
        ):
            self.perform(jobs[2])
        self.assertEqual(run.state, "running", "somebody may be at it")
        self.perform(jobs[2])
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.part_ids.mapped("state"), ["done", "done"])
        self.assertEqual(len(self.plan.series_ids), 4)

    def test_two_transactions_that_meet_are_no_dead_worker(self):
        run = self.begin()
        jobs = self.jobs(run)
        run_model = type(self.env["forecast.run"])
        for _time in range(4):
            with (
                patch.object(run_model, "_forecast", side_effect=SerializationFailure),
                self.assertRaises(SerializationFailure),
            ):
                self.perform(jobs[0])
        self.env.invalidate_all()
        self.perform(jobs)
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.part_ids.mapped("state"), ["done", "done"])

    def test_cancel_leaves_the_rest(self):
        run = self.begin()
        jobs = self.jobs(run)
        self.perform(jobs[0])
        run.action_cancel()
        self.assertEqual(jobs[1].state, "done")
        self.perform(jobs[1:])
        self.env.invalidate_all()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(len(self.plan.series_ids), 2)

    def test_a_run_of_jobs_is_not_taken_for_dead(self):
        run = self.begin()
        model = type(self.env["forecast.run"])
        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            patch.object(model, "_runner_lives", return_value=True),
        ):
            self.env["forecast.run"]._recover_dead()
            self.assertEqual(run.state, "running")
            again = self.env["forecast.run"].create({"plan_id": self.plan.id})
            self.assertFalse(again._process(commit=True))
            again.unlink()
        # no runner any more: the queue takes it up, and the old jobs find nothing to do
        jobs = self.jobs(run)
        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            patch.object(model, "_runner_lives", return_value=False),
        ):
            self.env["forecast.run"]._recover_dead()
            self.assertEqual(run.state, "queued")
            run._process(commit=True)
        self.assertEqual(run.state, "done")
        self.perform(jobs)
        self.assertEqual(run.part_ids.mapped("takes"), [1, 1])

    def test_a_held_part_is_asked_for_again(self):
        run = self.begin()
        part_model = type(self.env["forecast.run.part"])
        with (
            patch.object(part_model, "_do", return_value=False),
            self.assertRaises(RetryableJobError),
        ):
            run.part_ids[0]._job_do()

    def test_small_runs_stay_in_one_process(self):
        self.env["ir.config_parameter"].sudo().set_param("omni_forecast.part_size", "9")
        run = self.begin()
        self.assertEqual(run.state, "done")
        self.assertFalse(self.jobs(run))
