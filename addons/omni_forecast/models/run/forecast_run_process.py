# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import time

from psycopg2 import InterfaceError, OperationalError

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.locks import advisory_lock
from ...tools.texts import problem_text
from .run_cancel import Cancelled

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x0F02  # first key of the advisory lock; the second is the plan's id
MANY = 10000  # lines after which PostgreSQL is told about the new size of tables
TAKES = 5  # how often a run may stop its worker before it is given up


class ForecastRun(models.Model):
    """Doing a run: read, forecast, write, propose."""

    _inherit = "forecast.run"

    def _plan_lock(self, commit):
        """Yield whether this process alone works on the plan."""
        return advisory_lock(self.env, LOCK_CLASS, self.plan_id.id, commit)

    def _at_work(self):
        """Whether other processes do this run's parts at this moment (see the add-ons that
        spread parts over several workers)."""
        return False

    def _recover_dead(self):
        """Queue again what is "running" though nobody runs it.

        The run goes on where it was: parts and series that are written are not done again.
        """
        for run in self.search([("state", "=", "running")]):
            with run._plan_lock(commit=True) as mine:
                if not mine or run._at_work():
                    continue
                newer = self.search_count(
                    [("plan_id", "=", run.plan_id.id), ("state", "=", "queued")],
                    limit=1,
                )
                if run.cancel_requested or newer or run.takes >= TAKES:
                    run._fail_dead()
                else:
                    run.write({"state": "queued", "takes": max(run.takes, 1)})

    def _fail_dead(self):
        for run in self:
            cancelled = run.cancel_requested
            run.write(
                {
                    "state": "cancelled" if cancelled else "failed",
                    "finished_at": fields.Datetime.now(),
                    "error": self.env._(
                        "The worker stopped at step “%(step)s” (%(progress)d %%), without "
                        "a word: killed, out of memory or shut down. Forecasts written "
                        "before stay; none is doubled.",
                        step=run.step or "-",
                        progress=run.progress,
                    ),
                }
            )

    def _process(self, commit):
        """Do the run. The outcome, also a failure, is in the record afterwards.

        :param commit: commit after each step, as a cron job does; else everything is
            left to the caller's transaction
        :returns: False when another worker holds the plan (the run stays as it is)
        :raises UserError: the same, without `commit`
        """
        self.ensure_one()
        self.check_access("write")
        self.plan_id.check_access("read")
        with self._plan_lock(commit) as mine:
            if not mine:
                if commit:
                    return False
                raise UserError(
                    self.env._(
                        "Plan %s is being run at this moment. Wait for it or cancel it.",
                        self.plan_id.name,
                    )
                )
            dead = self.search(
                [("plan_id", "=", self.plan_id.id), ("state", "=", "running")]
            )
            if any(run._at_work() for run in dead):
                return False
            if self in dead and self.cancel_requested:
                dead._fail_dead()
                return True
            (dead - self)._fail_dead()
            again = self in dead or self.takes > 0
            self.write(
                {
                    "state": "running",
                    "started_at": self.started_at or fields.Datetime.now(),
                    "takes": self.takes + 1,
                    "error": self.env._("Taken up again after the worker had stopped.")
                    if again
                    else False,
                }
            )
            self._run(self._work, commit)
        return True

    def _run(self, work, commit):
        """Call `work(commit)`, and keep its outcome in the record.

        :param work: bound method; returns False when others go on with the run
        """
        began = time.monotonic()
        state, error = "done", False
        try:
            if commit:
                ended = work(commit)
            else:
                with self.env.cr.savepoint():
                    ended = work(commit)
            if not ended:
                return
        except Cancelled:
            state = "cancelled"
        except InterfaceError:
            raise  # no connection, nothing can be noted: the queue takes the run up again
        except Exception as problem:
            if isinstance(problem, OperationalError) and self.env.cr._cnx.closed:
                raise
            # whatever went wrong must be readable in the run, not only in the log
            state, error = "failed", self._explain(problem)
            _logger.warning("Forecast run %s failed", self.id, exc_info=True)
        if state != "done" and commit:
            self.env.cr.rollback()
        self.env.invalidate_all()
        values = {
            "state": state,
            "finished_at": fields.Datetime.now(),
            "duration": self.duration + time.monotonic() - began,
        }
        if state == "done":
            values.update(step_progress=100.0, step=False)
        if error:
            values["error"] = error
        self.write(values)
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _explain(self, problem):
        if isinstance(problem, OperationalError):
            return self.env._("The database stopped the run: %s", str(problem).strip())
        text = str(problem).strip()
        return text or type(problem).__name__

    def _step(self, text, progress, commit):
        """Note the progress; stop if a person asked for it."""
        if commit:
            # A transaction of its own, begun after the last commit, so that it sees a
            # request to cancel and does not collide with it.
            self.env["ir.cron"]._commit_progress()
            self.invalidate_recordset(["cancel_requested"])
        if self.cancel_requested:
            raise Cancelled()
        self.write({"step": text, "step_progress": progress})
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _plan(self):
        """The plan in the run's company."""
        return self.plan_id.with_company(self.company_id)

    def _work(self, commit):
        """Read, forecast, write, propose.

        :returns: False when other processes go on with the parts
        """
        plan = self._plan()
        self._step(self.env._("Reading demand"), 1, commit)
        if not self._can_go_on(plan):
            self._make_parts(plan, commit)
        if not self._do_parts(commit):
            return False
        return self._finish(commit)

    def _do_parts(self, commit):
        """Do the parts, one after the other, in this process.

        :returns: False when other processes do them
        """
        for part in self.part_ids.sorted("sequence"):
            part._do(commit)
        return True

    def _finish(self, commit):
        """What needs all parts: totals, retired series, problems."""
        plan = self._plan()
        parts = self.part_ids
        failed = parts.filtered(lambda part: part.state == "failed")
        if failed and failed == parts:
            raise UserError(failed[0].error)
        self._step(self.env._("Closing the run"), 96, commit)
        if sum(parts.mapped("line_count")) > MANY:
            # the statements to come would be planned for the tables of before
            self.env.cr.execute("ANALYZE forecast_series, forecast_line")
        failed._name_failed()
        self._retire(plan)
        self._judge(plan)
        self.write(
            {
                "line_count": sum(parts.mapped("line_count")),
                "recommendation_count": sum(parts.mapped("recommendation_count")),
                "problem_count": self.env["forecast.problem"].search_count(
                    [("run_id", "=", self.id)]
                ),
            }
        )
        parts.write({"inputs": False, "peers": False})
        return True

    def _demand_problems(self, plan, demands):
        """Problems visible in the demand itself, as `_write_problems` takes them."""

        def problem(product_id, warehouse_id, code, **figures):
            text = problem_text(self.env, code, figures, code)
            return product_id, warehouse_id, code, figures, text

        problems = [
            problem(
                demand.product_id,
                demand.warehouse_id,
                "returns_exceed_deliveries",
                count=demand.negative,
            )
            for demand in demands
            if demand.negative
        ]
        known = {(demand.product_id, demand.warehouse_id) for demand in demands}
        rules = self.env["stock.warehouse.orderpoint"]._read_group(
            [
                ("warehouse_id", "in", plan._scope_warehouses().ids),
                ("product_id", "any", plan._product_domain()),
            ],
            ["product_id", "warehouse_id"],
        )
        problems += [
            problem(
                product.id,
                warehouse.id,
                "no_history",
                product=product.display_name,
                warehouse=warehouse.name,
                count=plan.history_periods,
            )
            for product, warehouse in rules
            if (product.id, warehouse.id) not in known
        ]
        return problems

    def _write_problems(self, problems):
        """Store (product, warehouse, code, figures, message) with their series."""
        if not problems:
            return
        products = list({problem[0] for problem in problems})
        series = {
            (one.product_id.id, one.warehouse_id.id): one.id
            for one in self.env["forecast.series"].search(
                [("plan_id", "=", self.plan_id.id), ("product_id", "in", products)]
            )
        }
        self.env["forecast.problem"].create(
            [
                {
                    "run_id": self.id,
                    "plan_id": self.plan_id.id,
                    "company_id": self.company_id.id,
                    "product_id": product_id,
                    "warehouse_id": warehouse_id,
                    "series_id": series.get((product_id, warehouse_id)),
                    "code": code,
                    "figures": figures,
                    "message": message,
                }
                for product_id, warehouse_id, code, figures, message in problems
            ]
        )

    def _retire(self, plan):
        """Archive series that this run no longer covers (sold out, archived, out of
        scope) and withdraw their proposals."""
        gone = self.env["forecast.series"].search(
            [("plan_id", "=", plan.id), ("run_id", "!=", self.id)]
        )
        gone.write({"active": False})
        self.env["forecast.recommendation"].search(
            [("series_id", "in", gone.ids), ("state", "=", "proposed")]
        ).write({"state": "obsolete"})
