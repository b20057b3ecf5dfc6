# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, html2plaintext

from ...engine import triage as engine

#: Decisions that gave a ticket its type.
STANDING = ("decided", "confirmed", "corrected")


class HelpdeskTicket(models.Model):
    """What the ticket is about and how urgent: decided where sure, else proposed."""

    _inherit = "helpdesk.ticket"

    logistics_issue_type_id = fields.Many2one(
        "logistics.issue.type",
        string="Issue Type",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
    )
    logistics_decision_ids = fields.One2many(
        "logistics.triage.decision",
        "ticket_id",
        string="Triage Decisions",
        readonly=True,
        copy=False,
    )
    logistics_decision_id = fields.Many2one(
        "logistics.triage.decision",
        string="Last Triage Decision",
        compute="_compute_logistics_decision",
    )
    logistics_proposed_type_id = fields.Many2one(
        "logistics.issue.type",
        string="Proposed type",
        compute="_compute_logistics_decision",
        search="_search_logistics_proposed_type_id",
    )
    logistics_confidence = fields.Float(compute="_compute_logistics_decision")
    logistics_triage_state = fields.Char(compute="_compute_logistics_decision")
    logistics_evidence = fields.Text(compute="_compute_logistics_decision")
    logistics_reply = fields.Char(
        string="Reply that turns to something else",
        compute="_compute_logistics_decision",
    )

    @api.depends("logistics_decision_ids.state", "logistics_issue_type_id")
    @api.depends_context("lang")
    def _compute_logistics_decision(self):
        # sudo: whoever reads the ticket may read why it was classed so
        for ticket in self:
            decision = ticket.sudo()._logistics_latest()
            if decision.state not in ("proposed", *STANDING):
                decision = ticket.sudo()._logistics_standing() or decision
            ticket.logistics_decision_id = decision
            ticket.logistics_triage_state = decision.state
            ticket.logistics_reply = (
                decision.snippet if decision.state == "proposed" else False
            )
            ticket.logistics_confidence = decision.confidence
            # While a reply is waiting, why the ticket has its type is said first.
            standing = ticket.sudo()._logistics_standing() - decision
            ticket.logistics_evidence = (
                "\n".join(filter(None, (standing | decision).mapped("evidence")))
                or False
            )
            ticket.logistics_proposed_type_id = (
                decision.issue_type_id if decision.state == "proposed" else False
            )

    def _logistics_standing(self):
        """The decision that gave the ticket its type; empty before there is one."""
        return self._logistics_latest(
            self.logistics_decision_ids.filtered(
                lambda decision: decision.state in STANDING
            )
        )

    def _logistics_latest(self, decisions=None):
        """The last decision; what was made a moment ago stands last in the cache."""
        decisions = self.logistics_decision_ids if decisions is None else decisions
        return decisions.sorted("id")[-1:]

    def _search_logistics_proposed_type_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        proposed = [("state", "=", "proposed")]
        if operator == "in" and set(value) == {False}:
            return [("logistics_decision_ids", "not any", proposed)]
        if operator == "any":
            proposed.append(("issue_type_id", "any", value))
        elif True not in value:
            proposed.append(("issue_type_id", "in", list(value)))
        return [("logistics_decision_ids", "any", proposed)]

    # -- deciding ---------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        verdicts = [
            None
            if vals.get("logistics_issue_type_id")
            or self.env.context.get("logistics_no_triage")
            else self._logistics_verdict(vals.get("name"), vals.get("description"))
            for vals in vals_list
        ]
        fixed = ["priority" in vals for vals in vals_list]
        codes = self.env["logistics.issue.type"].sudo()._ids_by_code()
        # sudo: the classifier judges for whoever writes the ticket
        _model, threshold, _id = self.env["logistics.triage.model"].sudo()._current()
        prepared = []
        for vals, verdict in zip(vals_list, verdicts, strict=True):
            if verdict and verdict.confidence >= threshold and verdict.issue in codes:
                vals = {**vals, "logistics_issue_type_id": codes[verdict.issue]}
            prepared.append(vals)
        tickets = super().create(prepared)
        tickets._logistics_note_verdicts(verdicts, fixed)
        return tickets

    @api.model
    def _logistics_verdict(self, name, description):
        """What the classifier thinks of a title and a text."""
        # sudo: the classifier judges for whoever writes the ticket
        model, _threshold, _id = self.env["logistics.triage.model"].sudo()._current()
        return engine.judge(
            engine.message(name, html2plaintext(description or "")),
            model,
            self.env["logistics.triage.rule"].sudo()._compiled(),
            self.env["logistics.issue.type"].sudo()._ids_by_code(),
        )

    @api.private
    def _logistics_note_verdicts(self, verdicts, fixed):
        """Keep the evidence and set the priorities; a fixed number of queries."""
        judged = [
            (ticket, verdict, keep)
            for ticket, verdict, keep in zip(self.sudo(), verdicts, fixed, strict=True)
            if verdict
        ]
        if not judged:
            return
        codes = self.env["logistics.issue.type"].sudo()._ids_by_code()
        teams = self.env["logistics.issue.type"].sudo()._teams()
        model_id = self.env["logistics.triage.model"].sudo()._current()[2]
        tickets = self.browse([ticket.id for ticket, *_rest in judged]).sudo()
        priorities = tickets._logistics_priorities()
        vals_list = []
        for ticket, verdict, keep in judged:
            issue_id = codes.get(verdict.issue, False)
            decided = bool(ticket.logistics_issue_type_id)
            priority, factors = priorities.get(ticket.id, (False, False))
            vals_list.append(
                {
                    **ticket._logistics_verdict_vals(verdict, model_id),
                    "issue_type_id": issue_id,
                    "final_issue_type_id": issue_id if decided else False,
                    "state": "decided" if decided else "proposed",
                    "at_once": decided,
                    "priority_factors": factors if decided else False,
                }
            )
            if decided and not keep and priority and priority != ticket.priority:
                ticket.priority = priority
            if decided and not ticket.team_id and issue_id in teams:
                ticket.team_id = teams[issue_id]
        self.env["logistics.triage.decision"].sudo().create(vals_list)

    def _logistics_verdict_vals(self, verdict, model_id):
        """What a decision keeps of a verdict."""
        return {
            "ticket_id": self.id,
            "company_id": self.company_id.id,
            "confidence": verdict.confidence,
            "rule_ids": [Command.set([key for key, _words in verdict.matches])],
            "words": ", ".join(words for _key, words in verdict.matches)[:500],
            "scores": {
                code: round(share, 4)
                for code, share in verdict.scores.items()
                if share >= 0.01
            },
            "model_id": model_id,
            "priority_before": self.priority,
        }

    @api.private
    def _logistics_priorities(self):
        """{ticket id: (priority, factors)} of tickets with an issue type."""
        tickets = self.filtered("logistics_issue_type_id")
        if not tickets:
            return {}
        # sudo: the figures behind a priority, for whoever writes the ticket
        Factor = self.env["logistics.priority.factor"].sudo()
        self.env.flush_all()
        result = {}
        for ticket_id, severity, criticality, bought, late in self.env.execute_query(
            SQL(
                """
                SELECT t.id, i.severity::int, COALESCE(p.logistics_criticality, '0')::int,
                       (SELECT SUM(o.amount_untaxed / NULLIF(o.currency_rate, 0))
                          FROM res_partner c JOIN sale_order o ON o.partner_id = c.id
                         WHERE c.commercial_partner_id = t.commercial_partner_id
                           AND o.company_id = t.company_id AND o.state = 'sale'
                           AND o.date_order >= %(since)s)
                       / CASE WHEN u.decimal_places = 0 THEN 1000 ELSE 1 END,
                       (SELECT GREATEST(1, MAX(EXTRACT(EPOCH FROM
                               k.logistics_eta_date - k.logistics_promise_date) / 86400))
                          FROM logistics_ticket_link l
                          JOIN stock_picking k ON k.id = l.picking_id
                         WHERE l.ticket_id = t.id AND l.state = 'confirmed'
                           AND k.logistics_late
                        HAVING COUNT(*) > 0)
                  FROM helpdesk_ticket t
                  JOIN logistics_issue_type i ON i.id = t.logistics_issue_type_id
                  JOIN res_company y ON y.id = t.company_id
                  JOIN res_currency u ON u.id = y.currency_id
                  LEFT JOIN res_partner p ON p.id = t.commercial_partner_id
                 WHERE t.id = ANY(%(ids)s)
                """,
                since=fields.Datetime.subtract(fields.Datetime.now(), days=365),
                ids=tickets.ids,
            )
        ):
            result[ticket_id] = Factor._priority(
                severity=severity,
                lateness=float(late or 0),
                value=float(bought or 0),
                criticality=criticality,
            )
        return result

    # -- people -----------------------------------------------------------
    def write(self, vals):
        by_hand = "logistics_issue_type_id" in vals and not self.env.context.get(
            "logistics_triage"
        )
        result = super().write(vals)
        if by_hand:
            self._logistics_corrected()
        return result

    def _logistics_corrected(self):
        """A person chose the type: that is what the classifier learns from."""
        Decision = self.env["logistics.triage.decision"].sudo()
        vals_list = []
        for ticket in self.sudo():
            issue = ticket.logistics_issue_type_id
            decision = ticket._logistics_latest()
            if decision.message_id and decision.state != "proposed":
                # The reply is dealt with: this is about the ticket's own text.
                decision = ticket._logistics_latest(
                    ticket.logistics_decision_ids.filtered(
                        lambda earlier: not earlier.message_id
                    )
                )
            if not decision:
                vals_list.append(
                    {
                        "ticket_id": ticket.id,
                        "company_id": ticket.company_id.id,
                        "final_issue_type_id": issue.id,
                        "state": "corrected" if issue else "undone",
                        "decided_by_id": self.env.uid,
                        "decided_date": fields.Datetime.now(),
                    }
                )
            else:
                same = issue and issue == decision.issue_type_id
                state = "confirmed" if same else "corrected" if issue else "undone"
                decision._decide(state, issue, self.env.user)
        Decision.create(vals_list)
        self._logistics_reprioritise()

    def _logistics_reprioritise(self):
        for ticket_id, (priority, factors) in self._logistics_priorities().items():
            ticket = self.browse(ticket_id).sudo()
            decision = ticket._logistics_standing() or ticket._logistics_latest()
            if decision.priority_before in (False, ticket.priority) or (
                decision.priority_factors
            ):
                ticket.priority = priority
            decision.priority_factors = factors

    def _logistics_check_agent(self):
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise AccessError(
                self.env._(
                    "Only agents of customer logistics may decide the issue type."
                )
            )
        self.check_access("write")

    def action_logistics_accept_type(self):
        """Yes, the proposed type is right."""
        self._logistics_check_agent()
        for ticket in self:
            if not ticket.logistics_proposed_type_id:
                raise UserError(
                    self.env._("Nothing is proposed for ticket %s.", ticket.number)
                )
            ticket.logistics_issue_type_id = ticket.logistics_proposed_type_id

    def action_logistics_undo_triage(self):
        """Take the type and the priority it brought back."""
        self._logistics_check_agent()
        for ticket in self:
            decision = ticket.sudo()._logistics_standing()
            decision = decision or ticket.sudo()._logistics_latest()
            before = decision.priority_before
            # A type that came with a reply gives way to the one before.
            earlier = decision.previous_issue_type_id
            ticket.with_context(logistics_triage=True).logistics_issue_type_id = earlier
            if decision:
                decision._decide("undone", earlier.browse(), self.env.user)
                if before and decision.priority_factors:
                    ticket.priority = before
                decision.priority_factors = False

    def action_logistics_triage(self):
        """Judge tickets that have no type yet, for example old ones."""
        self._logistics_check_agent()
        tickets = self.filtered(lambda ticket: not ticket.logistics_issue_type_id)
        verdicts = [
            ticket._logistics_verdict(ticket.name, ticket.description)
            for ticket in tickets
        ]
        _model, threshold, _id = self.env["logistics.triage.model"].sudo()._current()
        codes = self.env["logistics.issue.type"].sudo()._ids_by_code()
        for ticket, verdict in zip(tickets, verdicts, strict=True):
            if verdict and verdict.confidence >= threshold and verdict.issue in codes:
                ticket.with_context(
                    logistics_triage=True
                ).logistics_issue_type_id = codes[verdict.issue]
        tickets._logistics_note_verdicts(verdicts, [False] * len(tickets))
