# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class ForecastRun(models.Model):
    _name = "forecast.run"
    _description = "Forecast Run"
    _order = "id desc"

    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Run as",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    origin = fields.Selection(
        [
            ("button", "By Hand"),
            ("schedule", "By Schedule"),
            ("rpc", "By Program"),
            ("restart", "Restart"),
        ],
        default="button",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="queued",
        required=True,
        readonly=True,
        index=True,
    )
    cancel_requested = fields.Boolean(readonly=True)
    step_progress = fields.Float(
        string="Noted Progress", readonly=True, help="Percent, as of the last step."
    )
    progress = fields.Float(compute="_compute_progress", help="Percent.")
    step = fields.Char(readonly=True)
    started_at = fields.Datetime(string="Started", readonly=True)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    duration = fields.Float(string="Seconds", digits=(16, 1), readonly=True)
    rows_read = fields.Integer(
        string="Moves Read", readonly=True, help="Stock moves that the demand rests on."
    )
    series_count = fields.Integer(string="Forecasts", readonly=True)
    line_count = fields.Integer(string="Lines Written", readonly=True)
    recommendation_count = fields.Integer(string="Recommendations", readonly=True)
    problem_count = fields.Integer(string="Problems", readonly=True)
    error = fields.Text(readonly=True)
    log = fields.Text(readonly=True)
    problem_ids = fields.One2many("forecast.problem", "run_id", string="Problem List")

    @api.depends("plan_id", "started_at", "create_date")
    def _compute_display_name(self):
        for run in self:
            when = fields.Datetime.context_timestamp(
                run, run.started_at or run.create_date or fields.Datetime.now()
            )
            run.display_name = f"{run.plan_id.name} – {when:%Y-%m-%d %H:%M}"

    def action_cancel(self):
        """Cancel: a queued run at once, a running one at its next step."""
        closed = self.filtered(lambda run: run.state not in ("queued", "running"))
        if closed:
            raise UserError(
                self.env._(
                    "Run %(run)s is %(state)s already and cannot be cancelled.",
                    run=closed[0].display_name,
                    state=dict(
                        closed._fields["state"]._description_selection(self.env)
                    )[closed[0].state],
                )
            )
        queued = self.filtered(lambda run: run.state == "queued")
        queued.write({"state": "cancelled", "finished_at": fields.Datetime.now()})
        (self - queued).write({"cancel_requested": True})
        return True

    def action_open_problems(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_problem"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action

    def action_retry(self):
        """Queue the plan again."""
        return self.plan_id.action_run()

    def _summary(self):
        self.ensure_one()
        return {
            "run_id": self.id,
            "state": self.state,
            "error": self.error or "",
            "series": self.series_count,
            "lines": self.line_count,
            "recommendations": self.recommendation_count,
            "problems": self.problem_count,
            "rows_read": self.rows_read,
            "duration": self.duration,
        }

    @api.model
    def _cron_queue(self):
        """Job: do the queued runs, oldest first, and restart what a kill left behind.

        Runs as the scheduler's user; each run acts as the person who asked for it.
        """
        cron = self.env["ir.cron"]
        self._recover_dead()
        cron._commit_progress()
        while run := self.search([("state", "=", "queued")], order="id", limit=1):
            own = run.with_user(run.user_id).with_context(
                allowed_company_ids=run.company_id.ids, lang=run.user_id.lang
            )
            if not own._process(commit=True):
                # another worker holds this plan; its own call does the queued run later
                break
            remaining = self.search_count([("state", "=", "queued")])
            if not cron._commit_progress(1, remaining=remaining) and remaining:
                break

    @api.model
    def _cron_clean(self, days=180):
        """Job: forget finished runs and their problems after `days`."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.search(
            [("create_date", "<", old), ("state", "not in", ("queued", "running"))]
        ).unlink()
