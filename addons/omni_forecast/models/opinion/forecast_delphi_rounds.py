# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import math
import re
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .delphi_answers import Answers

CODE = re.compile(r"[A-Z0-9]{20,40}")
LONGEST = 2000  # characters of an argument


class ForecastDelphi(models.Model):
    """The rounds of a panel: answering, closing, feeding back."""

    _inherit = "forecast.delphi"

    # Participants

    def _check_participant(self):
        """The current user's membership in an open panel, or an error."""
        self.ensure_one()
        self.check_access("read")
        participant = self._participant()
        if not participant:
            raise AccessError(self.env._("You are not a member of this panel."))
        if self.state != "open":
            raise UserError(self.env._("This panel is closed."))
        return participant

    def _check_code(self, code):
        code = re.sub(r"[\s-]", "", str(code or "")).upper()
        if not CODE.fullmatch(code):
            raise UserError(self.env._("This is not a code of this panel."))
        return code

    def submit_answer(self, code, quantities, argument=""):
        """Give or change the own answer of the current round.

        :param code: the secret made in the participant's browser; it is not stored
        :param quantities: one number >= 0 per period
        :param argument: text that the others read, without a name; optional
        :returns: True
        """
        participant = self._check_participant()
        code = self._check_code(code)
        quantities = self._check_quantities(quantities)
        argument = (argument or "").strip()[:LONGEST]
        # superuser, not the participant: no user may stand in a row that changes here
        panel = self.with_user(SUPERUSER_ID)
        answers = Answers(panel.round_id)
        answers.lock()
        participant.invalidate_recordset(["answered"])
        if participant.answered and answers.get(code) is None:
            raise UserError(
                self.env._(
                    "You have answered this round already, with another code. Enter that "
                    "code to see or change your answer."
                )
            )
        if not participant.answered and answers.get(code) is not None:
            raise UserError(self.env._("This is not a code of this panel."))
        answers.put(
            code,
            quantities,
            argument,
            participant.id if panel.names_shown else None,
        )
        panel._mark_answered(participant.id)
        panel.activity_ids.filtered(lambda one: one.user_id == self.env.user).unlink()
        if panel.answered_count >= panel.invited_count:
            self.env.ref("omni_forecast.ir_cron_forecast_delphi").with_user(
                SUPERUSER_ID
            )._trigger()
        return True

    def _mark_answered(self, participant_id):
        """Every member's row is written, so that none stands out as the last one."""
        self.env["forecast.delphi.participant"].flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE forecast_delphi_participant"
                " SET answered = answered OR id = %s WHERE delphi_id = %s",
                participant_id,
                self.id,
            )
        )
        self.env["forecast.delphi.participant"].invalidate_model(flush=False)
        self.invalidate_recordset(["answered_count", "invited_count"], flush=False)

    def _check_quantities(self, quantities):
        if not isinstance(quantities, list) or len(quantities) != len(self.periods):
            raise UserError(
                self.env._(
                    "The panel asks for %s quantities, one per period.",
                    len(self.periods),
                )
            )
        checked = []
        for day, value in zip(self.periods, quantities, strict=True):
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = math.nan
            if not 0 <= number < 1e12:
                raise UserError(
                    self.env._(
                        "%(date)s: “%(value)s” is not a quantity.",
                        date=day,
                        value=value,
                    )
                )
            checked.append(number)
        return checked

    def own_answers(self, code):
        """The participant's own answers, found by the code of his or her browser.

        :returns: dict with current and previous: {quantities, argument} or None
        """
        self._check_participant()
        code = self._check_code(code)
        # sudo: rounds are readable, their answers only through this code
        rounds = self.sudo().round_ids.sorted("number")[-2:]
        found = {}
        for one in rounds:
            answer = Answers(one).get(code)
            found["current" if one.state == "open" else "previous"] = answer and {
                "quantities": answer[0],
                "argument": answer[1],
            }
        return {
            "current": found.get("current"),
            "previous": found.get("previous"),
            "answered": self._participant().answered,
        }

    # Rounds; everything below runs as superuser, so that no user stands in its rows

    def _next_round(self):
        panel = self.with_user(SUPERUSER_ID)
        panel.env["forecast.delphi.round"].create(
            {
                "delphi_id": panel.id,
                "number": len(panel.round_ids) + 1,
                "deadline": fields.Date.context_today(panel)
                + timedelta(days=panel.round_days),
            }
        )
        panel.participant_ids.write({"answered": False})
        panel.invalidate_recordset()
        panel._invite()

    def _close_round(self):
        """Feed the round back; go on, or finish when the panel agrees or had enough."""
        from ...engine.surveys import converged, panel_summary

        self.ensure_one()
        panel = self.with_user(SUPERUSER_ID)
        current = panel.round_id
        answers = Answers(current)
        answers.lock()
        if answers.count() < panel.min_answers:
            panel._finish("failed")
            return
        values, arguments = answers.columns()
        summary = [panel_summary(one) for one in values]
        before = panel.round_ids.filtered(lambda one: one.number == current.number - 1)
        agreed = converged(
            summary,
            before.feedback["periods"] if before else None,
            panel.spread_limit,
            panel.change_limit,
        )
        current.write(
            {
                "state": "closed",
                "feedback": {
                    "n": answers.count(),
                    "periods": summary,
                    "answers": values,
                    "arguments": arguments,
                },
                "agreed": agreed,
            }
        )
        # only the newest closed round is still asked for its own answers
        for old in panel.round_ids - current:
            if not panel.names_shown:
                Answers(old).delete()
        if (agreed and current.number >= panel.min_rounds) or (
            current.number >= panel.max_rounds
        ):
            panel.converged = agreed
            panel._finish("closed")
        else:
            panel._next_round()

    def _finish(self, state):
        """Close the panel, delete the single answers, use the result."""
        panel = self.with_user(SUPERUSER_ID)
        for one in panel.round_ids:
            if state == "closed" and panel.names_shown:
                one.named = {
                    participant.user_id.name: answer
                    for participant_id, answer in Answers(one).named().items()
                    for participant in panel.participant_ids.browse(participant_id)
                }
            Answers(one).delete()
        panel.round_ids.filtered(lambda one: one.state == "open").state = "closed"
        panel.activity_ids.unlink()
        panel.state = state
        if state == "closed" and panel.apply_result:
            panel._publish()

    def _publish(self):
        """Blend the last round's medians into the forecast."""
        self.ensure_one()
        if not (self.product_id or self.categ_id):
            return
        last = self.round_ids.filtered("feedback").sorted("number")[-1:]
        rows = self.env["forecast.opinion"].create(
            [
                {
                    "kind": "delphi",
                    "plan_id": self.plan_id.id,
                    "company_id": self.company_id.id,
                    "product_id": self.product_id.id,
                    "categ_id": self.categ_id.id,
                    "date": fields.Date.to_date(day),
                    "quantity": period["median"],
                    "answered": True,
                    "res_model": self._name,
                    "res_id": self.id,
                    "reason": self.env._(
                        "Panel “%(name)s”: median of %(count)s answers, round %(round)s",
                        name=self.name,
                        count=last.feedback["n"],
                        round=last.number,
                    ),
                }
                for day, period in zip(
                    self.periods, last.feedback["periods"], strict=True
                )
            ]
        )
        rows._publish(self)

    def _invite(self, reminder=False):
        """A To-Do for internal members, a mail for portal users (and for reminders)."""
        panel = self.with_user(SUPERUSER_ID)
        waiting = panel.participant_ids.filtered(lambda one: not one.answered)
        for user in waiting.user_id:
            said = panel.with_context(lang=user.lang)
            if not user.share and user not in panel.activity_ids.user_id:
                panel.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=panel.round_id.deadline,
                    user_id=user.id,
                    summary=said.env._(
                        "Panel, round %(round)s: %(name)s",
                        round=panel.round_id.number,
                        name=panel.name,
                    ),
                )
            if user.share or reminder:
                panel.message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=said.env._(
                        "Panel, round %(round)s: %(name)s",
                        round=panel.round_id.number,
                        name=panel.name,
                    ),
                    body=said.env._(
                        "Please answer until %(date)s: %(url)s",
                        date=panel.round_id.deadline,
                        url=f"{panel.get_base_url()}/my/forecast-panels/{panel.id}",
                    ),
                )

    @api.model
    def _cron_rounds(self):
        """Job: close rounds that everybody answered or whose deadline has passed."""
        today = fields.Date.context_today(self)
        for panel in self.search([("state", "=", "open")]):
            full = panel.answered_count >= panel.invited_count
            if full or panel.round_id.deadline < today:
                panel._close_round()
            elif panel.round_id.deadline == today + timedelta(days=1):
                panel._remind_once()

    def _remind_once(self):
        if not self.round_id.reminded:
            self.with_user(SUPERUSER_ID).round_id.reminded = True
            self._invite(reminder=True)
