# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class LogisticsTriageDecision(models.Model):
    """What the software thought a ticket is about, why, and what people made of it."""

    _name = "logistics.triage.decision"
    _description = "Triage Decision"
    _order = "id desc"
    _rec_name = "issue_type_id"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    issue_type_id = fields.Many2one(
        "logistics.issue.type",
        string="Thought to be",
        readonly=True,
        ondelete="restrict",
    )
    final_issue_type_id = fields.Many2one(
        "logistics.issue.type",
        string="Is",
        readonly=True,
        ondelete="restrict",
        help="What the ticket was classed as: by the software, or by a person after it.",
    )
    confidence = fields.Float(readonly=True, aggregator="avg")
    state = fields.Selection(
        [
            ("decided", "Decided by the software"),
            ("proposed", "Proposed"),
            ("confirmed", "Confirmed"),
            ("corrected", "Corrected"),
            ("undone", "Undone"),
            ("kept", "Kept as it was"),
        ],
        required=True,
        readonly=True,
    )
    at_once = fields.Boolean(
        string="Without asking",
        readonly=True,
        help="The software gave the type itself, whatever became of it later.",
    )
    rule_ids = fields.Many2many("logistics.triage.rule", string="Rules", readonly=True)
    words = fields.Char(readonly=True, help="What the rules matched in the text.")
    scores = fields.Json(readonly=True)
    model_id = fields.Many2one(
        "logistics.triage.model", readonly=True, ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message",
        string="Reply",
        readonly=True,
        ondelete="set null",
        help="The reply that speaks for another type; empty for the ticket's own text.",
    )
    previous_issue_type_id = fields.Many2one(
        "logistics.issue.type",
        string="Was",
        readonly=True,
        ondelete="restrict",
        help="Type of the ticket when the reply came; an undo goes back to it.",
    )
    snippet = fields.Char(string="Words of the reply", readonly=True)
    priority_before = fields.Char(readonly=True)
    priority_factors = fields.Json(readonly=True)
    evidence = fields.Text(compute="_compute_evidence")
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_date = fields.Datetime(string="Decided on", readonly=True)

    @api.depends(
        "words", "scores", "confidence", "priority_factors", "rule_ids", "snippet"
    )
    @api.depends_context("lang")
    def _compute_evidence(self):
        Issue = self.env["logistics.issue.type"]
        names = {
            issue.code: issue.name
            for issue in Issue.with_context(active_test=False).search([])
        }
        factors = dict(
            self.env["logistics.priority.factor"]
            ._fields["factor"]
            ._description_selection(self.env)
        )
        for decision in self:
            lines = []
            if decision.snippet:
                lines.append(self.env._("Reply: “%s”", decision.snippet))
            if decision.words:
                lines.append(
                    self.env._(
                        "Rules %(rules)s found: %(words)s",
                        # sudo: the rule's name only, for whoever may read the ticket
                        rules=", ".join(decision.sudo().rule_ids.mapped("name")),
                        words=decision.words,
                    )
                )
            if decision.scores:
                best = sorted(decision.scores.items(), key=lambda item: -item[1])[:3]
                shares = ", ".join(
                    f"{names.get(code, code)} {100 * share:.0f} %"
                    for code, share in best
                )
                lines.append(self.env._("Model and rules together: %s", shares))
            if decision.priority_factors:
                product = " × ".join(
                    f"{factors.get(name, name)} {weight:g}"
                    for name, weight in decision.priority_factors.items()
                    if name != "product"
                )
                lines.append(
                    self.env._(
                        "Priority: %(factors)s = %(product)s",
                        factors=product,
                        product=f"{decision.priority_factors.get('product', 0):g}",
                    )
                )
            decision.evidence = "\n".join(lines) or False

    @api.private
    def _decide(self, state, issue, user):
        """Note what a person decided; the ticket follows."""
        self.write(
            {
                "state": state,
                "final_issue_type_id": issue.id,
                "decided_by_id": user.id,
                "decided_date": fields.Datetime.now(),
            }
        )
