# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import split_every

from .forecast_recommendation_decide import AT_ONCE, OPEN

CHUNK = 250  # recommendations between two commits
VERBS = [("apply", "Apply"), ("dismiss", "Dismiss"), ("undo", "Undo")]


class ForecastBatch(models.Model):
    """A decision on many recommendations: its progress, its log, and its undo."""

    _name = "forecast.batch"
    _description = "Decision on Recommendations"
    _order = "id desc"

    verb = fields.Selection(VERBS, string="Decision", required=True, readonly=True)
    origin = fields.Selection(
        [("hand", "By Hand"), ("auto", "Automatic")],
        required=True,
        default="hand",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="queued",
        readonly=True,
        index=True,
    )
    plan_id = fields.Many2one(
        "forecast.plan", index="btree_not_null", ondelete="cascade", readonly=True
    )
    run_id = fields.Many2one(
        "forecast.run", index="btree_not_null", ondelete="set null", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Decided by", required=True, readonly=True
    )
    recommendation_ids = fields.Many2many("forecast.recommendation", readonly=True)
    total = fields.Integer(readonly=True)
    done_count = fields.Integer(string="Done", readonly=True)
    failed_count = fields.Integer(string="Not Done", readonly=True)
    progress = fields.Float(compute="_compute_progress", help="Percent.")
    money = fields.Monetary(
        readonly=True, help="Sum of the money effects of what was done, without signs."
    )
    failures = fields.Json(
        readonly=True, help="Recommendations left as they are: [id, name, reason]."
    )
    failure_text = fields.Text(string="Left as They Are", compute="_compute_texts")
    error = fields.Text(readonly=True)
    started_at = fields.Datetime(string="Started", readonly=True)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    undoable_count = fields.Integer(compute="_compute_undoable_count")

    @api.depends("verb", "create_date")
    def _compute_display_name(self):
        for batch in self:
            verb = dict(batch._fields["verb"]._description_selection(self.env))
            when = fields.Datetime.context_timestamp(
                batch, batch.create_date or fields.Datetime.now()
            )
            batch.display_name = f"{verb.get(batch.verb)} – {when:%Y-%m-%d %H:%M}"

    @api.depends("total", "done_count", "failed_count")
    def _compute_progress(self):
        for batch in self:
            dealt = batch.done_count + batch.failed_count
            batch.progress = 100.0 * dealt / batch.total if batch.total else 100.0

    @api.depends("failures")
    def _compute_texts(self):
        for batch in self:
            batch.failure_text = "\n".join(
                reason for _id, _name, reason in batch.failures or []
            )

    def _compute_undoable_count(self):
        counts = dict(
            self.env["forecast.recommendation"]._read_group(
                [("batch_id", "in", self.ids), ("state", "=", "applied")],
                ["batch_id"],
                ["__count"],
            )
        )
        for batch in self:
            batch.undoable_count = counts.get(batch, 0)

    # Making

    @api.model
    def _values(self, recommendations, verb, **values):
        plans = recommendations.plan_id
        return {
            "verb": verb,
            "plan_id": plans.id if len(plans) == 1 else False,
            "company_id": recommendations.company_id[:1].id or self.env.company.id,
            "user_id": self.env.uid,
            "recommendation_ids": [fields.Command.set(recommendations.ids)],
            "total": len(recommendations),
            **values,
        }

    @api.model
    def _queue(self, recommendations, verb):
        """Leave a decision, on which access has been checked, to the background job."""
        # sudo: nobody may write decisions by hand, they are the log
        batch = self.sudo().create(self._values(recommendations, verb))
        # waking this one job needs no right to read jobs
        self.env.ref("omni_forecast.ir_cron_forecast_batch").sudo()._trigger()
        return batch.with_env(self.env)

    @api.model
    def _note(self, done, failed, verb, **values):
        """Log a decision that has been carried out already."""
        everything = done | done.browse([one.id for one in failed])
        # sudo: as in _queue
        batch = self.sudo().create(
            self._values(
                everything,
                verb,
                state="done",
                done_count=len(done),
                started_at=fields.Datetime.now(),
                finished_at=fields.Datetime.now(),
                failed_count=len(failed),
                failures=self._failure_rows(failed),
                money=sum(abs(one.money_effect) for one in done),
                **values,
            )
        )
        done.sudo().batch_id = batch
        return batch.with_env(self.env)

    @api.model
    def _failure_rows(self, failed):
        return [[one.id, one.display_name, reason] for one, reason in failed.items()]

    # Doing

    @api.model
    def _cron_process(self):
        """Job: do the queued decisions, oldest first; go on with what a kill left."""
        cron = self.env["ir.cron"]
        while batch := self.search(
            [("state", "in", ("queued", "running"))], order="id", limit=1
        ):
            own = batch.with_user(batch.user_id).with_context(
                allowed_company_ids=batch.user_id.company_ids.ids,
                lang=batch.user_id.lang,
            )
            own._process(commit=True)
            left = self.search_count([("state", "in", ("queued", "running"))])
            if not cron._commit_progress(1, remaining=left) and left:
                break

    def _process(self, commit):
        """Decide chunk by chunk, as the person who asked for it."""
        self.ensure_one()
        # sudo: the log is written for the user, who may not write it by hand
        log = self.sudo()
        log.write(
            {"state": "running", "started_at": log.started_at or fields.Datetime.now()}
        )
        cron = self.env["ir.cron"]
        try:
            recommendations = self.recommendation_ids.with_env(self.env)
            recommendations._check_may_decide()
            tried = {id_ for id_, _name, _reason in log.failures or []}
            todo = recommendations.filtered(
                lambda one: one.state in OPEN[self.verb] and one.id not in tried
            )
            if self.verb == "apply":
                # what was undone after this decision stays undone
                todo = todo.filtered(lambda one: one.batch_id != self)
            todo = todo.sorted(lambda one: (one.kind, one.vendor_id.id, one.id))
            for ids in split_every(CHUNK, todo.ids, list):
                some = recommendations.browse(ids)
                done, failed = some._decide_now(self.verb)
                log.write(
                    {
                        "done_count": log.done_count + len(done),
                        "failed_count": log.failed_count + len(some - done),
                        "failures": [
                            *(log.failures or []),
                            *self._failure_rows(failed),
                        ],
                        "money": log.money + sum(abs(one.money_effect) for one in done),
                    }
                )
                if self.verb == "apply":
                    done.sudo().batch_id = log
                if commit:
                    cron._commit_progress()
            log.write({"state": "done", "finished_at": fields.Datetime.now()})
        except OperationalError:
            # a lock or the connection: what was done is kept, the job goes on next time
            raise
        except Exception as error:
            # whatever went wrong must be readable in the record
            if not commit:
                raise
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
            log.write(
                {
                    "state": "failed",
                    "error": str(error).strip() or type(error).__name__,
                    "finished_at": fields.Datetime.now(),
                }
            )
        if commit:
            cron._commit_progress()

    # Actions

    def _action_show(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "forecast.batch",
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_undo(self):
        """Take back all that this decision applied and nobody has changed since."""
        self.ensure_one()
        applied = self.env["forecast.recommendation"].search(
            [("batch_id", "=", self.id), ("state", "=", "applied")]
        )
        applied._check_may_decide()
        if len(applied) > AT_ONCE:
            return self._queue(applied, "undo")._action_show()
        done, failed = applied._decide_now("undo")
        self._note(done, failed, "undo")
        return applied._tell(done, failed, "undo")

    def action_open_recommendations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_recommendation"
        )
        action["domain"] = [("id", "in", self.recommendation_ids.ids)]
        action["context"] = {}
        return action
