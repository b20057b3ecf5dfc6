# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from .logistics_privacy_keep import REASONS

_logger = logging.getLogger(__name__)

#: Records looked at in one step of a dry run, and done in one step.
DRY_BATCH, ACT_BATCH = 2000, 200
#: Examples listed of what would be done, and of each reason to keep.
EXAMPLES, KEPT_EXAMPLES = 50, 10
#: Seconds that a dry run takes at most before the scheduled job goes on with it.
PATIENCE = 15


class LogisticsPrivacyRun(models.Model):
    """A dry run of a rule, or a time that it acted: taken up where it was left.

    The cursor is the last record looked at. It is written together with what was done
    and the log, so a run that is killed goes on behind its last committed batch.
    """

    _name = "logistics.privacy.run"
    _description = "Retention Run"
    _order = "id desc"

    rule_id = fields.Many2one(
        "logistics.privacy.rule",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    model_name = fields.Char(related="rule_id.model_name")
    date_field_id = fields.Many2one(related="rule_id.date_field_id")
    action = fields.Selection(related="rule_id.action")
    kind = fields.Selection(
        [("dry", "Dry run"), ("act", "Action")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("warned", "Announced"),
            ("running", "Under way"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    cutoff_date = fields.Datetime(
        string="Older than", required=True, readonly=True, help="On the counted date."
    )
    act_date = fields.Date(string="Acts on", readonly=True)
    start_date = fields.Datetime(string="Started", readonly=True)
    end_date = fields.Datetime(string="Ended", readonly=True)
    cursor = fields.Integer(readonly=True)
    total_count = fields.Integer(string="Old enough", readonly=True)
    looked_count = fields.Integer(string="Looked at", readonly=True)
    act_count = fields.Integer(string="To do", readonly=True)
    keep_count = fields.Integer(string="Kept", readonly=True)
    attachment_count = fields.Integer(string="Files", readonly=True)
    keep_reasons = fields.Json(readonly=True)
    keep_text = fields.Text(string="Kept because", compute="_compute_keep_text")
    progress = fields.Float(compute="_compute_progress")
    example_ids = fields.One2many("logistics.privacy.example", "run_id", readonly=True)
    seen_by_id = fields.Many2one("res.users", string="Read by", readonly=True)
    seen_date = fields.Datetime(string="Read on", readonly=True)

    @api.depends("rule_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{kinds.get(run.kind, '')}: {run.rule_id.name or ''}"

    @api.depends("keep_reasons")
    @api.depends_context("lang")
    def _compute_keep_text(self):
        Example = self.env["logistics.privacy.example"]
        labels = dict(Example._fields["reason"]._description_selection(self.env))
        for run in self:
            run.keep_text = "\n".join(
                f"{labels.get(code, code)}: {count}"
                for code, count in (run.keep_reasons or {}).items()
            )

    @api.depends("state", "looked_count", "total_count")
    def _compute_progress(self):
        for run in self:
            if run.state == "done" or not run.total_count:
                run.progress = 100.0 if run.state == "done" else 0.0
            else:
                run.progress = min(100.0 * run.looked_count / run.total_count, 99.0)

    @api.model
    @api.private
    def _start(self, rule, kind, act_date=False):
        """A new run of a rule; a dry run supersedes those before it."""
        Target = self.env["logistics.privacy.target"]
        cutoff = Target._cutoff(rule, act_date)
        run = self.create(
            {
                "rule_id": rule.id,
                "kind": kind,
                "state": "warned" if kind == "act" else "running",
                "cutoff_date": cutoff,
                "act_date": act_date,
                "total_count": Target._count(rule, cutoff),
                "start_date": fields.Datetime.now() if kind == "dry" else False,
            }
        )
        if kind == "dry":
            rule.run_ids.filtered(lambda r: r.kind == "dry" and r != run).unlink()
            rule.dry_run_id = run
        return run

    # -- work ------------------------------------------------------------------
    @api.private
    def _work(self, seconds=PATIENCE, commit=None):
        """Look at (and do) batches until done or the time is over; True when done.

        :param commit: called with the number of records after each batch; commits, and
            returns the seconds left
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return False
        end = time.monotonic() + seconds
        while self.state == "running":
            looked = self._batch()
            if not looked:
                self._finish()
                break
            if commit:
                end = min(end, time.monotonic() + commit(looked))
            if time.monotonic() >= end:
                break
        if self.state == "running" and not commit:
            self.env.ref("crm_logistics_bridge.ir_cron_privacy").sudo()._trigger()
        return self.state != "running"

    def _batch(self):
        """Look at the next records; returns how many there were."""
        rule = self.rule_id
        Target = self.env["logistics.privacy.target"]
        acts = self.kind == "act"
        ids = list(
            Target._candidates(
                rule, self.cutoff_date, self.cursor, ACT_BATCH if acts else DRY_BATCH
            )
        )
        if not ids:
            return 0
        kept = Target._kept(rule, ids)
        todo = [number for number in ids if number not in kept]
        files = 0
        if acts:
            todo, files, failed = self._act(todo)
            kept |= dict.fromkeys(failed, "error")
        elif rule.action != "anonymise" or rule.target in ("ticket", "intake"):
            files = len(Target._files(rule.model_name, todo))
        reasons = Counter(self.keep_reasons or {}) + Counter(kept.values())
        self.write(
            {
                "cursor": ids[-1],
                "looked_count": self.looked_count + len(ids),
                "act_count": self.act_count + len(todo),
                "keep_count": self.keep_count + len(kept),
                "attachment_count": self.attachment_count + files,
                "keep_reasons": {
                    code: reasons[code] for code, _label in REASONS if reasons[code]
                },
            }
        )
        if not acts:
            self._list_examples(todo, kept)
        return len(ids)

    def _act(self, ids):
        """Do the action and keep the log; returns (done ids, files, failed ids)."""
        if not ids:
            return [], 0, []
        rule = self.rule_id
        Target = self.env["logistics.privacy.target"]
        done, failed = ids, []
        try:
            with self.env.cr.savepoint():
                files = Target._act(rule, ids)
        except Exception as error:  # one record that cannot go must not hold up all
            _logger.warning(
                "Retention rule %s: batch of %s taken one by one (%s)",
                rule.id,
                len(ids),
                type(error).__name__,
            )
            self.env.invalidate_all(flush=False)
            done, files = [], 0
            for number in ids:
                try:
                    with self.env.cr.savepoint():
                        files += Target._act(rule, [number])
                    done.append(number)
                except Exception:
                    self.env.invalidate_all(flush=False)
                    failed.append(number)
        if done:
            self.env["logistics.privacy.log"]._note(
                rule.action,
                rule.company_id,
                rule.name,
                rule.model_name,
                done,
                rule_id=rule.id,
                user_id=rule.activated_by_id.id or self.env.uid,
                attachment_count=files,
            )
        return done, files, failed

    def _list_examples(self, todo, kept):
        listed = Counter(self.example_ids.mapped("reason"))
        rows = [(number, False) for number in todo[: EXAMPLES - listed[False]]]
        for number, reason in kept.items():
            if listed[reason] < KEPT_EXAMPLES:
                listed[reason] += 1
                rows.append((number, reason))
        self.env["logistics.privacy.example"].create(
            [
                {"run_id": self.id, "res_id": number, "reason": reason}
                for number, reason in rows
            ]
        )

    def _finish(self):
        self.write({"state": "done", "end_date": fields.Datetime.now()})
        rule = self.rule_id
        if self.kind == "dry" and rule.state == "draft":
            rule.state = "checked"
        elif self.kind == "act":
            rule.activity_unlink(["mail.mail_activity_data_todo"])

    @api.private
    def _cancel(self):
        """Stop runs that are announced or under way; what is done stays done."""
        runs = self.filtered(lambda run: run.state in ("warned", "running"))
        runs.write({"state": "cancelled", "end_date": fields.Datetime.now()})
        runs.rule_id.activity_unlink(["mail.mail_activity_data_todo"])

    # -- schedule ----------------------------------------------------------------
    @api.model
    def _cron_work(self):
        """Go on with what is under way, announce what is due, do what was announced."""
        cron = self.env["ir.cron"]
        today = fields.Date.context_today(self)
        for rule in self.env["logistics.privacy.rule"].search(
            [("state", "=", "active")]
        ):
            rule.run_ids._announce(rule, today)
        waiting = [
            ("state", "=", "warned"),
            ("act_date", "<=", today),
            ("rule_id.state", "=", "active"),
        ]
        self.search(waiting).write(
            {"state": "running", "start_date": fields.Datetime.now()}
        )
        runs = self.search([("state", "=", "running")], order="kind desc, id")
        cron._commit_progress(remaining=len(runs))
        files = False
        for run in runs:
            left = cron._commit_progress()
            if left <= 0 or not run._work(
                left, lambda _looked: cron._commit_progress()
            ):
                break
            files = files or run.kind == "act" and run.attachment_count
            cron._commit_progress(1)
        if files:
            # What was removed is removed from the disk as well, not at some time.
            self.env["ir.attachment"]._gc_file_store()

    @api.private
    def _announce(self, rule, today):
        """Plan the next time that an active rule acts, and tell who is responsible."""
        if self.filtered(
            lambda run: run.kind == "act" and run.state in ("warned", "running")
        ):
            return
        act_date = today + timedelta(days=rule.warn_days)
        Target = self.env["logistics.privacy.target"]
        cutoff = Target._cutoff(rule, act_date)
        last = self.filtered(lambda run: run.kind == "act" and run.state == "done")[:1]
        found = Target._count(rule, cutoff)
        # What the last time kept is still there: not worth a warning every day.
        if not found or (
            last
            and found <= last.keep_count
            and last.act_date >= today - timedelta(days=6)
        ):
            return
        run = self._start(rule, "act", act_date)
        rule = rule.with_context(lang=rule.responsible_id.lang or self.env.lang)
        text = rule.env._(
            "Rule %(rule)s will act on %(date)s: up to %(count)s records. Exceptions "
            "are looked up again then. Pause the rule to stop it.",
            rule=rule.name,
            date=act_date,
            count=run.total_count,
        )
        rule.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=act_date,
            user_id=rule.responsible_id.id,
            summary=rule.env._("Data will be removed"),
            note=text,
        )
        rule.message_notify(
            partner_ids=rule.responsible_id.partner_id.ids,
            subject=rule.env._("Data will be removed: %s", rule.name),
            body=text,
        )

    # -- screens -----------------------------------------------------------------
    @api.private
    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
        }

    def action_seen_and_activate(self):
        """I have read it: activate the rule."""
        self.ensure_one()
        self.rule_id.check_access("write")
        if self == self.rule_id.dry_run_id and self.state == "done":
            # sudo: runs are nobody's to write by hand
            self.sudo().write(
                {"seen_by_id": self.env.uid, "seen_date": fields.Datetime.now()}
            )
        self.rule_id.action_activate()
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.privacy.rule",
            "res_id": self.rule_id.id,
            "views": [[False, "form"]],
        }

    @api.autovacuum
    def _gc_runs(self):
        """Dry runs are of a day; what was done is in the log."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.search(
            [
                ("kind", "=", "dry"),
                ("create_date", "<", limit),
                ("rule_id.dry_run_id", "!=", False),
            ],
            limit=1000,
        ).filtered(lambda run: run.rule_id.dry_run_id != run).unlink()
