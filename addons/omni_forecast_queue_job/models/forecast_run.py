# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

ACTIVE = ("pending", "enqueued", "started")
AGAIN = 10  # seconds until the end of a run is tried again


class ForecastRun(models.Model):
    """The parts of a run as jobs, on as many workers as the channel allows."""

    _inherit = "forecast.run"

    finish_uuid = fields.Char(string="Closing Job", readonly=True, copy=False)

    def _runner_lives(self):
        """Whether some Odoo process runs jobs of this database.

        The elected job runner holds an advisory lock as long as it lives. Where
        queue_job is installed but not loaded server-wide there is none, and the
        scheduled job does the parts itself.
        """
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                    " AND objsubid = 1 AND classid = %s AND objid = %s LIMIT 1",
                    PG_ADVISORY_LOCK_ID >> 32,
                    PG_ADVISORY_LOCK_ID & 0xFFFFFFFF,
                )
            )
        )

    def _jobs(self, states):
        """Jobs of these runs in some states.

        sudo: planners may not read jobs; which of their own run's are open is no secret.
        """
        uuids = [*self.part_ids.mapped("job_uuid"), *self.mapped("finish_uuid")]
        return (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("uuid", "in", [uuid for uuid in uuids if uuid]),
                    ("state", "in", states),
                ]
            )
        )

    def _at_work(self):
        return super()._at_work() or bool(self._jobs(ACTIVE) and self._runner_lives())

    def _do_parts(self, commit):
        todo = self.part_ids.filtered(lambda part: part.state in ("waiting", "running"))
        if not commit or len(todo) < 2 or not self._runner_lives():
            return super()._do_parts(commit)
        # what an earlier attempt left behind waits for parts that no longer count
        self._jobs(("pending", "wait_dependencies")).button_cancelled()
        jobs = [
            part.delayable(
                description=self.env._(
                    "Forecast %(plan)s, part %(part)s",
                    plan=self.plan_id.name,
                    part=part.sequence,
                )
            )._job_do()
            for part in todo
        ]
        last = self.delayable(
            description=self.env._("Forecast %s, closing", self.plan_id.name)
        )._job_finish()
        group(*jobs).on_done(last).delay()
        for part, job in zip(todo, jobs, strict=True):
            part.job_uuid = job._generated_job.uuid
        self.finish_uuid = last._generated_job.uuid
        self._step(self.env._("Forecasting %s series", self.todo_count), 10, commit)
        return False

    def _job_finish(self):
        """Job: the end of a run, after all its parts.

        :raises RetryableJobError: another worker holds the plan at this moment
        """
        run = self.exists()
        if not run or run.state != "running":
            return self.env._("The run is over.")
        with run._plan_lock(commit=True) as mine:
            if not mine:
                raise RetryableJobError(
                    self.env._("Another worker is at this plan."),
                    seconds=AGAIN,
                    ignore_retry=True,
                )
            run._run(run._rest_and_finish, commit=True)
        if run.state == "running":
            raise RetryableJobError(
                self.env._("Another worker is at a part of this run."),
                seconds=AGAIN,
                ignore_retry=True,
            )
        return run.state

    def _rest_and_finish(self, commit):
        """The end of a run; before it, parts whose job ended without doing them (set to
        done by hand, or cut off by the database).

        :returns: False when another worker is at one of them
        """
        rest = self.part_ids.filtered(lambda part: part.state in ("waiting", "running"))
        for part in rest.sorted("sequence"):
            if not part._do(commit):
                return False
        return self._finish(commit)

    def action_cancel(self):
        result = super().action_cancel()
        # what no worker has begun need not be begun
        self._jobs(("pending",)).button_done()
        return result
