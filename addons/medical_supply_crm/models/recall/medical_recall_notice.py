# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models


class MedicalRecallNotice(models.Model):
    """The recall as one hospital is told of it, and how far it has answered."""

    _name = "medical.recall.notice"
    _description = "Recall Notice"
    _inherit = ["mail.thread"]
    _order = "recall_id desc, id"
    _rec_name = "partner_id"

    recall_id = fields.Many2one(
        "medical.recall", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="recall_id.company_id", store=True, index=True)
    recall_state = fields.Selection(
        related="recall_id.state", string="Recall State", store=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Hospital", required=True, index=True
    )
    answer_ids = fields.One2many("medical.recall.answer", "notice_id")
    state = fields.Selection(
        [
            ("open", "Waiting"),
            ("partial", "Partly Answered"),
            ("answered", "Answered"),
        ],
        compute="_compute_state",
        store=True,
        tracking=True,
    )
    sent_on = fields.Datetime(readonly=True)
    reminder_count = fields.Integer(string="Reminders", readonly=True)
    last_reminder_on = fields.Datetime(readonly=True)
    escalated_on = fields.Datetime(readonly=True)
    expected_qty = fields.Float(
        compute="_compute_quantities", digits="Product Unit", string="On the Books"
    )
    open_count = fields.Integer(compute="_compute_quantities")

    _partner_uniq = models.Constraint(
        "UNIQUE (recall_id, partner_id)", "This hospital already has a notice."
    )

    @api.depends("partner_id", "recall_id.name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = (
                f"{notice.recall_id.name} {notice.partner_id.display_name}"
            )

    @api.depends("answer_ids.state")
    def _compute_state(self):
        for notice in self:
            states = set(notice.answer_ids.mapped("state"))
            notice.state = (
                "answered"
                if states == {"answered"}
                else "partial"
                if "answered" in states
                else "open"
            )

    @api.depends("answer_ids.expected_qty", "answer_ids.recorded_use_qty")
    def _compute_quantities(self):
        for notice in self:
            notice.expected_qty = sum(
                answer.expected_qty + answer.recorded_use_qty
                for answer in notice.answer_ids
            )
            notice.open_count = len(
                notice.answer_ids.filtered(lambda answer: answer.state == "open")
            )

    def _people(self):
        """Who is told: the hospital's managers and the users of the departments that
        still have to answer; without any, the hospital's own address."""
        self.ensure_one()
        rooms = self.answer_ids.filtered(lambda row: row.state == "open").storeroom_id
        people = self.partner_id.medical_manager_ids
        people |= rooms.department_ids.medical_user_ids
        return people or self.partner_id

    def _notify(self, kind):
        """Mail the notice to the hospital's people, each in their language.

        :param kind: "notice", "reminder", "escalation" or "cancelled"
        """
        template = self.env.ref("medical_supply_crm.mail_template_recall_notice")
        for notice in self:
            # one mail in each language
            for lang, people in notice._people().grouped("lang").items():
                notice.with_context(
                    medical_recall_kind=kind, lang=lang or self.env.lang
                ).message_post_with_source(
                    template,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=people.ids,
                )

    def _portal_url(self):
        self.ensure_one()
        return f"{self.get_base_url()}/my/medical/recalls/{self.id}"

    def action_remind(self):
        """Remind now."""
        self.check_access("write")
        waiting = self.filtered(
            lambda notice: (
                notice.state != "answered" and notice.recall_id.state == "running"
            )
        )
        waiting._notify("reminder")
        for notice in waiting:
            notice.write(
                {
                    "reminder_count": notice.reminder_count + 1,
                    "last_reminder_on": fields.Datetime.now(),
                }
            )

    def _remind(self):
        """Remind those due, and escalate those past the deadline once: an activity of
        the recall officer, and a mail that says so."""
        now = fields.Datetime.now()
        today = fields.Date.context_today(self)
        for notice in self.filtered(lambda row: row.state != "answered"):
            recall = notice.recall_id
            last = notice.last_reminder_on or notice.sent_on or now
            if recall.deadline and today > recall.deadline and not notice.escalated_on:
                notice.escalated_on = now
                notice._notify("escalation")
                recall.activity_schedule(
                    "mail.mail_activity_data_call",
                    user_id=recall.officer_id.id,
                    summary=self.env._(
                        "%s has not answered the recall",
                        notice.partner_id.display_name,
                    ),
                )
            elif now - last >= timedelta(days=recall.reminder_days):
                notice.action_remind()

    def _open_answers(self):
        """Answers still asked for, for the mail."""
        return self.answer_ids.filtered(lambda row: row.state == "open")

    def _mail_subject(self):
        """Subject by what the mail is about."""
        self.ensure_one()
        recall = self.recall_id
        kind = self.env.context.get("medical_recall_kind", "notice")
        if kind == "reminder":
            return self.env._("Reminder: recall %s", recall.display_name)
        if kind == "escalation":
            return self.env._("Overdue: recall %s", recall.display_name)
        if kind == "cancelled":
            return self.env._("Called off: recall %s", recall.display_name)
        return self.env._("Recall %s: please answer", recall.display_name)
