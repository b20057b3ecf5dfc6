# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class LogisticsJobRun(models.Model):
    """What the jobs of this add-on did: the health page of an admin."""

    _name = "logistics.job.run"
    _description = "Logistics Job Run"
    _order = "start_date desc, id desc"

    job = fields.Selection(
        [
            ("learn", "Learn delivery dates"),
            ("refresh", "Refresh expected arrivals"),
            ("notice", "Tell customers of delays"),
            ("kpi", "Refresh KPIs"),
        ],
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index=True, ondelete="cascade"
    )
    start_date = fields.Datetime(string="Started", required=True, readonly=True)
    duration = fields.Float(string="Duration (s)", readonly=True, aggregator="avg")
    row_count = fields.Integer(string="Rows", readonly=True)
    state = fields.Selection(
        [("done", "Done"), ("failed", "Failed"), ("empty", "Nothing to do")],
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True)

    @api.depends("job", "start_date")
    def _compute_display_name(self):
        labels = dict(self._fields["job"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels.get(run.job, '')} {run.start_date or ''}"

    @api.private
    @contextmanager
    def track(self, job, company):
        """Run a job inside a savepoint and keep its figures, also when it fails.

        Yields a dict; the job puts ``rows`` and ``message`` into it. A job stopped
        by an unexpected error leaves a failed run and a traceback in the log; it
        does not stop the jobs of the other companies.
        """
        start, clock, figures = fields.Datetime.now(), time.monotonic(), {"rows": 0}
        state, message = "done", ""
        try:
            with self.env.cr.savepoint():
                yield figures
            state = "done" if figures["rows"] else "empty"
            message = figures.get("message", "")
        except UserError as error:
            state, message = "failed", str(error)
        except Exception as error:
            _logger.exception("Job %s of company %s failed", job, company.id)
            state, message = "failed", f"{type(error).__name__}: {error}"
        # The run is the job's own record, written whoever pressed the button.
        self.sudo().create(
            {
                "job": job,
                "company_id": company.id,
                "start_date": start,
                "duration": time.monotonic() - clock,
                "row_count": figures["rows"],
                "state": state,
                "message": message,
            }
        )

    @api.autovacuum
    def _gc_job_runs(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=90)
        self.search([("start_date", "<", limit)], limit=10000).unlink()
