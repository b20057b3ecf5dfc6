# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...engine import triage as engine

#: Thanks and greetings answer every ticket: they change what none is about.
IDLE = "other"
#: Letters a reply must have to speak for another type.
MIN_LETTERS = 8


class HelpdeskTicket(models.Model):
    """A reply may turn to something else: that is proposed, never done."""

    _inherit = "helpdesk.ticket"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        author = message.author_id
        internal = author and any(
            user._is_internal() for user in author.sudo().user_ids
        )
        if (
            message.message_type in ("email", "comment", "sms")
            and not internal
            # The mail that made the ticket was judged as its title and text.
            and not self.env.context.get("logistics_text_read")
        ):
            self._logistics_judge_reply(message)
        return result

    def _logistics_judge_reply(self, message):
        """Propose another type where the reply surely speaks for one."""
        text = engine.message("", html2plaintext(message.body or ""))
        if sum(char.isalpha() for char in text) < MIN_LETTERS:
            return
        # sudo: the classifier judges for whoever writes, customers included
        verdict = self.sudo()._logistics_verdict("", message.body)
        model = self.env["logistics.triage.model"].sudo()
        _model, threshold, model_id = model._current()
        if not verdict or verdict.issue == IDLE or verdict.confidence < threshold:
            return
        issue_id = self.env["logistics.issue.type"].sudo()._ids_by_code()[verdict.issue]
        for ticket in self.sudo():
            last = ticket._logistics_latest()
            waiting = last.state == "proposed" and last.issue_type_id.id == issue_id
            if ticket.logistics_issue_type_id.id == issue_id or waiting:
                continue
            self.env["logistics.triage.decision"].sudo().create(
                {
                    **ticket._logistics_verdict_vals(verdict, model_id),
                    "issue_type_id": issue_id,
                    "state": "proposed",
                    "message_id": message.id,
                    "snippet": " ".join(text.split())[:200],
                    "previous_issue_type_id": ticket.logistics_issue_type_id.id,
                }
            )

    def action_logistics_keep_type(self):
        """No, the ticket is about what it was about."""
        self._logistics_check_agent()
        for ticket in self:
            decision = ticket.sudo()._logistics_latest()
            if decision.state != "proposed":
                raise UserError(
                    self.env._("Nothing is proposed for ticket %s.", ticket.number)
                )
            decision._decide("kept", ticket.logistics_issue_type_id, self.env.user)
