# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from .common import HOME, MedicalPortal

RECALLS = f"{HOME}/recalls"
COUNTS = ("found_qty", "quarantined_qty", "used_qty", "missing_qty")


class MedicalPortalRecalls(MedicalPortal):
    """Recalls that concern the hospital, and its answers, storeroom by storeroom."""

    def _open_notices(self):
        return [("recall_state", "=", "running"), ("state", "!=", "answered")]

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_recall",
                    "label": request.env._("Recalls"),
                    "url": RECALLS,
                    "icon": "fa-bullhorn",
                    "sequence": 70,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if scope.sees_stock:
            tiles.append(
                {
                    "key": "medical_recalls",
                    "sequence": 5,
                    "title": request.env._("Recalls to answer"),
                    "url": RECALLS,
                    "count": scope.count(
                        "medical.recall.answer",
                        [
                            ("state", "=", "open"),
                            ("notice_id.recall_state", "=", "running"),
                        ],
                    ),
                    "level": "danger",
                }
            )
        return tiles

    @http.route(RECALLS, type="http", auth="user", website=True, readonly=True)
    def medical_recalls(self, **_kwargs):
        """Recalls of the hospital, those that wait for an answer first."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        notices = scope.search(
            "medical.recall.notice",
            [("recall_state", "in", ("running", "closed", "cancelled"))],
            limit=100,
        )
        answers = scope.search(
            "medical.recall.answer", [("notice_id", "in", notices.ids)]
        )
        by_notice = answers.grouped("notice_id")
        rows = [
            (notice, by_notice.get(notice, answers.browse()).filtered(_waiting))
            for notice in notices
        ]
        return self._medical_render(
            "portal_recalls",
            "medical_recalls",
            request.env._("Recalls"),
            rows=sorted(rows, key=lambda row: not row[1]),
        )

    @http.route(
        f"{RECALLS}/<int:notice_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_recall(self, notice_id, done=None, **_kwargs):
        """One recall with what the user's storerooms have to answer."""
        try:
            notice = self._medical_record("medical.recall.notice", notice_id)
        except (AccessError, MissingError):
            return self._medical_away()
        return self._render_recall(
            notice, notice_text=request.env._("Thank you. Taken.") if done else None
        )

    def _render_recall(self, notice, error=None, form=None, notice_text=None):
        scope = self._medical_scope()
        answers = scope.search(
            "medical.recall.answer", [("notice_id", "=", notice.id)]
        ).sorted(lambda row: (row.state != "open", row.storeroom_id.name or ""))
        lines = notice.recall_id.line_ids.filtered(
            lambda line: line.kind == "used" and line.partner_id == notice.partner_id
        )
        return self._medical_render(
            "portal_recall",
            "medical_recall",
            notice.recall_id.title,
            crumbs=[(request.env._("Recalls"), RECALLS)],
            recall_notice=notice,
            answers=answers,
            cases=lines.grouped(
                lambda line: (line.storeroom_id, line.product_id, line.lot_id)
            ),
            error=error,
            form=form or {},
            notice=notice_text,
        )

    @http.route(
        f"{RECALLS}/answers/<int:answer_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_recall_answer(self, answer_id, **form):
        """Take the counts of one storeroom and lot."""
        self._speak_users_language()
        try:
            answer = self._medical_record("medical.recall.answer", answer_id)
        except (AccessError, MissingError):
            return self._medical_away()
        notice = answer.notice_id
        try:
            with request.env.cr.savepoint():
                answer._answer(
                    self._form_counts(answer, form),
                    signed_by=form.get("signed_by", ""),
                    note=form.get("note", ""),
                )
        except (UserError, ValidationError) as error:
            answer.invalidate_recordset()
            return self._render_recall(
                notice, error=error.args[0], form=dict(form, answer=answer.id)
            )
        return request.redirect(f"{RECALLS}/{notice.id}?done=1")

    def _form_counts(self, answer, form):
        """Counts of the form; an empty field is 0.

        :raise ValidationError: not a number, naming product and value
        """
        counts = {}
        for name in COUNTS:
            text = (form.get(name) or "0").strip().replace(",", ".")
            try:
                counts[name] = float(text)
            except ValueError as error:
                raise ValidationError(
                    request.env._(
                        "%(product)s: “%(value)s” is not a quantity.",
                        product=answer.product_id.display_name,
                        value=text[:40],
                    )
                ) from error
        return counts


def _waiting(answer):
    return answer.state == "open" and answer.notice_id.recall_state == "running"
