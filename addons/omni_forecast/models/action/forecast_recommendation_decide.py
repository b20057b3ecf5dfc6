# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import AccessError

# more than these are decided by a background job, with progress
AT_ONCE = 200
OPEN = {
    "apply": ("proposed", "undone", "dismissed"),
    "dismiss": ("proposed",),
    "undo": ("applied", "dismissed"),
}


class ForecastRecommendation(models.Model):
    """Apply, dismiss, undo: one or many, each failure named, the rest goes on.

    Who may: planners everything; a reader with purchase rights the purchases, for the
    requests for quotation are made with the person's own purchase rights. A planner
    without purchase rights cannot make them.
    """

    _inherit = "forecast.recommendation"

    def action_apply(self):
        """Do what is proposed.

        Proposals whose ground has changed stay open and say so. Applying twice changes
        nothing. More than a screenful is done by a background job.
        """
        return self._decide("apply")

    def action_dismiss(self):
        """Close proposals without doing them; the same one is not made again."""
        return self._decide("dismiss")

    def action_undo(self):
        """Take back what was applied, where nobody has changed it since; reopen what was
        dismissed."""
        return self._decide("undo")

    def action_refresh(self):
        """Reckon the proposals of these forecasts anew with the stock of this moment."""
        self._check_may_decide()
        self._refresh(self.series_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_may_decide(self):
        """:raises AccessError: the user may not decide on these recommendations"""
        self.check_access("read")
        if not all(one.can_decide for one in self):
            self.check_access("write")
            raise AccessError(
                self.env._("Only planners decide on reordering rules and transfers.")
            )

    def _decide(self, verb):
        self._check_may_decide()
        todo = self.filtered(lambda one: one.state in OPEN[verb])
        if len(todo) > AT_ONCE:
            return self.env["forecast.batch"]._queue(todo, verb)._action_show()
        done, failed = todo._decide_now(verb)
        if verb == "apply" and len(done) > 1:
            self.env["forecast.batch"]._note(done, failed, verb)
        return self._tell(done, failed, verb)

    def _decide_now(self, verb):
        """Decide on all of these. Access has been checked.

        :returns: (recommendations done, dict of those that failed -> reason)
        """
        # sudo: the caller may decide (checked before), also a buyer who may not write
        # recommendations otherwise; what the decision does is done with own rights
        marked = self.sudo()
        if not self:
            return self, {}
        marked.lock_for_update()
        marked.invalidate_recordset()
        todo = self.filtered(lambda one: one.state in OPEN[verb])
        failed = {}
        if verb == "apply":
            for kind in ("rule", "transfer", "purchase"):
                some = todo.filtered(lambda one, kind=kind: one.kind == kind)
                if some:
                    failed |= getattr(some, f"_apply_{kind}s")()
            done = todo - self.browse([one.id for one in failed])
            done._mark("applied")
        elif verb == "dismiss":
            done = todo
            done._mark("dismissed")
            done._after_dismissal()
        else:
            closed = todo.filtered(lambda one: one.state == "dismissed")
            applied = todo - closed
            for kind in ("rule", "transfer", "purchase"):
                some = applied.filtered(lambda one, kind=kind: one.kind == kind)
                if some:
                    failed |= getattr(some, f"_undo_{kind}s")()
            undone = applied - self.browse([one.id for one in failed])
            reopened = closed._reopen()
            (undone | (closed - reopened))._mark("undone")
            done = undone | closed
        for one, reason in failed.items():
            one.sudo().conflict = reason
        return done, failed

    def _after_dismissal(self):
        """A transfer that will not be made leaves its shortage to purchases."""
        transfers = self.filtered(lambda one: one.kind == "transfer")
        if transfers:
            self.sudo()._refresh(transfers.sudo().series_id)

    def _reopen(self):
        """Propose dismissed ones again, unless there is a newer proposal."""

        def key(one):
            return one.series_id.id, one.kind, one.source_warehouse_id.id

        taken = {
            key(one)
            for one in self.search(
                [("series_id", "in", self.series_id.ids), ("state", "=", "proposed")]
            )
        }
        reopened = self.browse()
        for one in self:
            if key(one) not in taken:
                taken.add(key(one))
                reopened |= one
        reopened.sudo().write(
            {"state": "proposed", "done_by_id": False, "done_at": False}
        )
        return reopened

    def _mark(self, state):
        self.sudo().write(
            {
                "state": state,
                "conflict": False,
                "auto_note": False,
                "done_by_id": self.env.uid,
                "done_at": fields.Datetime.now(),
            }
        )

    def _together(self, check, work):
        """Call `work` on all records that `check` has nothing against, at once: what Odoo
        recomputes is then recomputed once. If that fails, one by one.

        :param check: function of one record, returns a reason or False
        :returns: dict record -> reason
        """
        rules = self.with_context(active_test=False).sudo().orderpoint_id
        if rules:
            # against a colleague who clicks at the same time
            rules.lock_for_update()
            rules.invalidate_recordset()
        failed = {one: reason for one in self if (reason := check(one))}
        todo = self - self.browse([one.id for one in failed])
        if not todo:
            return failed
        try:
            with self.env.cr.savepoint():
                work(todo)
        except OperationalError:
            # a lock or the connection: nobody's fault, Odoo tries again
            raise
        except Exception:
            self.env.invalidate_all(flush=False)
            failed |= todo._each(work)
        return failed

    def _each(self, work):
        """Call `work` on each record; an error or a reason it returns leaves that record
        as it was and lets the others go on.

        :returns: dict record -> reason
        """
        failed = {}
        for one in self:
            try:
                with self.env.cr.savepoint():
                    reason = work(one)
            except OperationalError:
                # a lock or the connection: not this record's fault, Odoo tries again
                raise
            except Exception as error:
                reason = self._explain(one, error)
                self.env.invalidate_all(flush=False)
            if reason:
                failed[one] = reason
        return failed

    def _explain(self, one, error):
        text = str(error).strip() or type(error).__name__
        return self.env._(
            "%(name)s: %(error)s", name=one.display_name, error=text.splitlines()[0]
        )

    def _tell(self, done, failed, verb):
        """Notification with the outcome; refreshes the view."""
        verbs = {
            "apply": self.env._("applied"),
            "dismiss": self.env._("dismissed"),
            "undo": self.env._("undone"),
        }
        left = self - done
        message = self.env._(
            "%(count)s recommendation(s) %(verb)s.", count=len(done), verb=verbs[verb]
        )
        if left:
            reasons = list(dict.fromkeys(failed.values()))
            message += " " + self.env._("%s left as they are.", len(left))
            if reasons:
                message += " " + " ".join(reasons[:3])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
