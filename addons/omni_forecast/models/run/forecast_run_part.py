# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import os
import socket
import time
from collections import deque

from psycopg2 import InterfaceError, OperationalError

from odoo import fields, models
from odoo.tools import split_every

from ...tools.locks import advisory_lock
from .forecast_run_write import SeriesInput
from .run_cancel import Cancelled
from .run_inputs import unpack

_logger = logging.getLogger(__name__)

PART_LOCK = 0x0F03  # first key of the advisory lock; the second is the part's id
CHUNK = 1000  # series written between two commits
TAKES = 3  # how often a part may stop its worker before it is given up
HOPELESS = 7  # failures without one success: it is not a matter of single series
SEARCH = 64  # failures at most while looking for the series that cannot be forecast


class ForecastRunPart(models.Model):
    """Some series of a run: read already, to be forecast and written by any process."""

    _name = "forecast.run.part"
    _description = "Part of a Forecast Run"
    _order = "run_id desc, sequence, id"
    _rec_name = "sequence"

    run_id = fields.Many2one(
        "forecast.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    plan_id = fields.Many2one(related="run_id.plan_id")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    sequence = fields.Integer(string="Part", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    series_count = fields.Integer(string="Series", readonly=True)
    failed_count = fields.Integer(
        string="Failed",
        readonly=True,
        help="Series that could not be forecast; the run's problems say why.",
    )
    line_count = fields.Integer(string="Lines Written", readonly=True)
    recommendation_count = fields.Integer(string="Recommendations", readonly=True)
    progress = fields.Float(readonly=True, help="Percent.")
    takes = fields.Integer(
        string="Taken",
        readonly=True,
        help="How often a worker began it; more than once after a kill.",
    )
    worker = fields.Char(
        readonly=True, help="Machine and process that did it, or began it last."
    )
    duration = fields.Float(string="Seconds", digits=(16, 1), readonly=True)
    error = fields.Text(readonly=True)
    inputs = fields.Text(
        prefetch=False,
        readonly=True,
        help="What the engine is asked, until the run is over.",
    )
    peers = fields.Text(
        prefetch=False,
        readonly=True,
        help="Unchanged series that are only there for the spread of errors.",
    )

    _run_sequence_uniq = models.UniqueIndex(
        "(run_id, sequence)", "Parts of a run have numbers of their own."
    )

    def _do(self, commit, alone=True):
        """Forecast and write the series of this part that are not written yet.

        :param commit: commit after each thousand series
        :param alone: False when other processes work on the run's other parts, so that
            the run's own record must be left to nobody in particular
        :returns: False when another process is at it
        :raises Cancelled: a person asked the run to stop
        """
        self.ensure_one()
        with advisory_lock(self.env, PART_LOCK, self.id, commit) as mine:
            if not mine:
                return False
            self.invalidate_recordset()
            if self.state in ("done", "failed"):
                return True
            if self.takes >= TAKES:
                self._close(
                    "failed",
                    commit,
                    error=self.env._(
                        "This part stopped its worker %s times (killed or out of memory).",
                        self.takes,
                    ),
                )
                return True
            began = time.monotonic()
            self.write(
                {
                    "state": "running",
                    "takes": self.takes + 1,
                    "error": False,
                    "worker": f"{socket.gethostname()}:{os.getpid()}",
                }
            )
            self._note(0, commit, alone)
            try:
                self._compute(commit, alone)
            except Cancelled:
                self._close("cancelled", commit)
                raise
            except InterfaceError:
                raise  # the database is gone; what is committed stays
            except OperationalError:
                self._give_back(commit)
                raise
            except Exception as problem:
                # whatever went wrong must be readable in the run, not only in the log
                _logger.warning(
                    "Part %s of run %s", self.id, self.run_id.id, exc_info=1
                )
                self._close("failed", commit, error=self.run_id._explain(problem))
                return True
            self.write(
                {
                    "state": "done",
                    "duration": time.monotonic() - began,
                    "inputs": False,
                    "peers": False,
                }
            )
            self._note(100, commit, alone)
        return True

    def _give_back(self, commit):
        """The database asked to try again (two transactions met): that is no take.

        Only a worker that stopped without a word counts, so that a part on a busy
        database is not given up. Nothing to do when the connection is gone.
        """
        if not commit or self.env.cr._cnx.closed:
            return
        self.env.cr.rollback()
        self.env.invalidate_all()
        self.takes -= 1
        self.env["ir.cron"]._commit_progress()

    def _close(self, state, commit, **values):
        """End the part before its time; what it has committed stays."""
        if commit:
            self.env.cr.rollback()
            self.env.invalidate_all()
        self.write({"state": state, **values})
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _compute(self, commit, alone):
        run, plan = self.run_id, self.run_id._plan()
        inputs = unpack(self.inputs, SeriesInput)
        peers = unpack(self.peers, SeriesInput)
        todo = run._not_written(inputs)
        total, written = len(todo), 0
        queue, failed = deque([todo] if todo else []), []
        failures, succeeded = 0, len(todo) < len(inputs)
        share = 60 if total else 0
        followed = [time.monotonic()]

        def follow(done=0, count=1):
            # once in two seconds is enough for a person, and for the database
            if commit and time.monotonic() - followed[0] > 2:
                followed[0] = time.monotonic()
                ahead = share * done / count if count and not written else 0
                self._note(max(self.progress, ahead), commit, alone)
            return False

        while queue:
            group = queue.popleft()
            try:
                results = run._forecast(plan, group + peers, follow)
                for chunk in split_every(CHUNK, group, list):
                    with self.env.cr.savepoint():
                        lines, proposed = run._write_chunk(plan, chunk, results)
                        run._write_problems(
                            results.problems_of({one.uid for one in chunk})
                        )
                    self.line_count += lines
                    self.recommendation_count += proposed
                    succeeded, written = True, written + len(chunk)
                    self._note(share + (100 - share) * written / total, commit, alone)
            except (Cancelled, OperationalError, InterfaceError, MemoryError):
                raise
            except Exception as problem:
                # one series must not take the others along: look for it by halves
                failures += 1
                if failures == HOPELESS and not succeeded:
                    raise
                rest = run._not_written(group)
                _logger.info(
                    "Part %s of run %s: %s series failed (%s)",
                    self.sequence,
                    run.id,
                    len(rest),
                    problem,
                )
                if len(rest) == 1 or failures > SEARCH:
                    failed.append((rest, problem))
                else:
                    middle = (len(rest) + 1) // 2
                    queue.extend(
                        half for half in (rest[:middle], rest[middle:]) if half
                    )
        if failed and not succeeded:
            raise failed[0][1]
        for group, problem in failed:
            self._fail_series(group, run._explain(problem))

    def _fail_series(self, inputs, reason):
        """Name the series that could not be forecast, and keep what they had before."""
        run = self.run_id
        self.failed_count += len(inputs)
        run._write_problems(
            [
                (
                    one.product_id,
                    one.warehouse_id,
                    "not_computed",
                    {"reason": reason},
                    reason,
                )
                for one in inputs
            ]
        )
        run._keep_failed(inputs, reason)

    def _name_failed(self):
        """The whole part could not be done: say so for each of its series."""
        for part in self.filtered(lambda part: part.state == "failed"):
            todo = part.run_id._not_written(unpack(part.inputs, SeriesInput))
            part._fail_series(todo, part.error)

    def _note(self, progress, commit, alone):
        """Note the progress; stop if a person asked for it.

        :raises Cancelled: someone asked for it
        """
        run = self.run_id
        self.progress = progress
        if alone:
            run._step(
                self.env._("Forecasting %s series", run.todo_count),
                run._progress_of_parts(),
                commit,
            )
            return
        if commit:
            self.env["ir.cron"]._commit_progress()
        run.invalidate_recordset()
        if run.cancel_requested:
            raise Cancelled()
