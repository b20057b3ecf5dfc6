# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import time
from contextlib import contextmanager

from psycopg2 import DatabaseError, OperationalError

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ...tools.texts import problem_text

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x0F02  # first key of the advisory lock; the second is the plan's id
CHUNK = 1000


class Cancelled(Exception):
    """A person asked the run to stop."""


class ForecastRun(models.Model):
    """Doing a run: read, forecast, write, propose."""

    _inherit = "forecast.run"

    @contextmanager
    def _plan_lock(self, commit):
        """Yield whether this process alone works on the plan.

        A killed worker loses its connection, and with it the lock. Without `commit`
        the lock ends with the transaction; else it must outlive commits, and is given
        back by hand, also on a connection whose transaction has failed.
        """
        key = (LOCK_CLASS, self.plan_id.id)
        if not commit:
            lock = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", *key)
            yield self.env.execute_query(lock)[0][0]
            return
        lock = SQL("SELECT pg_try_advisory_lock(%s, %s)", *key)
        mine = self.env.execute_query(lock)[0][0]
        try:
            yield mine
        finally:
            if mine:
                unlock = SQL("SELECT pg_advisory_unlock(%s, %s)", *key)
                try:
                    self.env.cr.execute(unlock)
                except DatabaseError:
                    self.env.cr.rollback()
                    self.env.cr.execute(unlock)

    def _recover_dead(self):
        """Fail runs that are "running" though nobody runs them, and queue them anew."""
        for run in self.search([("state", "=", "running")]):
            with run._plan_lock(commit=True) as mine:
                if not mine:
                    continue
                run._fail_dead()
                if not run.cancel_requested and not self.search_count(
                    [("plan_id", "=", run.plan_id.id), ("state", "=", "queued")],
                    limit=1,
                ):
                    self.create(
                        {
                            "plan_id": run.plan_id.id,
                            "origin": "restart",
                            "user_id": run.user_id.id,
                        }
                    )

    def _fail_dead(self):
        for run in self:
            cancelled = run.cancel_requested
            run.write(
                {
                    "state": "cancelled" if cancelled else "failed",
                    "finished_at": fields.Datetime.now(),
                    "error": self.env._(
                        "The worker stopped at step “%(step)s” (%(progress)d %%), without "
                        "a word: killed, out of memory or shut down. The run starts anew; "
                        "forecasts written before are replaced, none is doubled.",
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
            if self in dead and self.cancel_requested:
                dead._fail_dead()
                return True
            (dead - self)._fail_dead()
            began = time.monotonic()
            self.write(
                {
                    "state": "running",
                    "started_at": fields.Datetime.now(),
                    "progress": 0.0,
                    "error": self.env._("Taken up again after the worker had stopped.")
                    if self in dead
                    else False,
                }
            )
            state, error = "done", False
            try:
                self._step(self.env._("Reading demand"), 1, commit)
                if commit:
                    self._work(commit)
                else:
                    with self.env.cr.savepoint():
                        self._work(commit)
            except Cancelled:
                state = "cancelled"
            except Exception as problem:
                # whatever went wrong must be readable in the run, not only in the log
                state, error = "failed", self._explain(problem)
                _logger.warning("Forecast run %s failed", self.id, exc_info=True)
            if state != "done" and commit:
                self.env.cr.rollback()
            self.env.invalidate_all()
            values = {
                "state": state,
                "finished_at": fields.Datetime.now(),
                "duration": time.monotonic() - began,
            }
            if state == "done":
                values.update(progress=100.0, step=False)
            if error:
                values["error"] = error
            self.write(values)
            if commit:
                self.env["ir.cron"]._commit_progress()
        return True

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
        self.write({"step": text, "progress": progress})
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _work(self, commit):
        plan = self.plan_id.with_company(self.company_id)
        demands = plan.read_demand()
        self.write(
            {
                "rows_read": sum(demand.moves for demand in demands),
                "series_count": len(demands),
                "line_count": 0,
                "recommendation_count": 0,
                "problem_count": 0,
            }
        )
        self.problem_ids.unlink()
        problems = self._demand_problems(plan, demands)
        if not demands:
            self._write_problems(problems)
            self._retire(plan)
            return
        self._step(self.env._("Forecasting %s series", len(demands)), 10, commit)
        inputs = self._prepare(plan, demands)
        result = self._forecast(plan, inputs, commit)
        self._step(self.env._("Writing forecasts"), 55, commit)
        lines = proposals = done = 0
        for chunk in split_every(CHUNK, inputs, list):
            written, proposed = self._write_chunk(plan, chunk, result)
            lines += written
            proposals += proposed
            done += len(chunk)
            self._step(
                self.env._("Writing forecasts"), 55 + 40 * done / len(inputs), commit
            )
        problems += result.problems
        self._retire(plan)
        self._write_problems(problems)
        self.write({"line_count": lines, "recommendation_count": proposals})

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
        series = (
            {
                (one.product_id.id, one.warehouse_id.id): one.id
                for one in self.env["forecast.series"].search(
                    [("plan_id", "=", self.plan_id.id)]
                )
            }
            if problems
            else {}
        )
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
        self.problem_count = len(problems)

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
