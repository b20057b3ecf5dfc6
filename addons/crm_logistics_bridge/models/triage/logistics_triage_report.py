# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models


class LogisticsTriageModel(models.Model):
    """What a manager reads of a model: by type, what is taken for what, and since in use."""

    _inherit = "logistics.triage.model"

    table_html = fields.Html(
        string="By issue type", compute="_compute_table_html", sanitize=False
    )
    confusion_html = fields.Html(
        string="What is taken for what", compute="_compute_table_html", sanitize=False
    )
    decision_ids = fields.One2many(
        "logistics.triage.decision", "model_id", string="Decisions", readonly=True
    )
    live_count = fields.Integer(string="Tickets judged", compute="_compute_live")
    live_coverage = fields.Float(
        string="Decided without asking",
        compute="_compute_live",
        help="Share of the tickets judged by this model that got their type at once.",
    )
    live_corrected = fields.Float(
        string="Corrected by people",
        compute="_compute_live",
        help="Share of the types it gave or proposed, and people looked at, that they "
        "changed or took back.",
    )

    def _compute_live(self):
        counts = {}
        for model, state, number in self.env["logistics.triage.decision"]._read_group(
            [("model_id", "in", self.ids), ("message_id", "=", False)],
            ["model_id", "state"],
            ["__count"],
        ):
            counts.setdefault(model.id, {})[state] = number
        Decision = self.env["logistics.triage.decision"]
        at_once = dict(
            Decision._read_group(
                [
                    ("model_id", "in", self.ids),
                    ("message_id", "=", False),
                    ("at_once", "=", True),
                ],
                ["model_id"],
                ["__count"],
            )
        )
        for model in self:
            by_state = counts.get(model.id, {})
            model.live_count = total = sum(by_state.values())
            wrong = by_state.get("corrected", 0) + by_state.get("undone", 0)
            looked_at = wrong + by_state.get("confirmed", 0)
            model.live_coverage = at_once.get(model, 0) / total if total else 0.0
            model.live_corrected = wrong / looked_at if looked_at else 0.0

    @api.depends("table", "confusion")
    @api.depends_context("lang")
    def _compute_table_html(self):
        issues = self.env["logistics.issue.type"].with_context(active_test=False)
        names = {issue.code: issue.name for issue in issues.search([])}
        heads = (
            self.env._("Issue type"),
            self.env._("Messages"),
            self.env._("Precision"),
            self.env._("Recall"),
            "F1",
        )
        for model in self:
            model.table_html = self._html_table(
                heads,
                [
                    (
                        names.get(code, code),
                        row["rows"],
                        *(f"{row[key]:.2f}" for key in ("precision", "recall", "f1")),
                    )
                    for code, row in (model.table or {}).items()
                ],
            )
            model.confusion_html = self._html_table(
                (
                    self.env._("Is"),
                    self.env._("Was taken for"),
                    self.env._("Messages"),
                ),
                [
                    (names.get(true, true), names.get(said, said), number)
                    for number, true, said in sorted(
                        (
                            (number, true, said)
                            for true, row in (model.confusion or {}).items()
                            for said, number in row.items()
                            if said != true
                        ),
                        key=lambda row: (-row[0], row[1:]),
                    )[:12]
                ],
            )

    @api.model
    def _html_table(self, heads, rows):
        """A table that scrolls on a phone; False without rows."""
        if not rows:
            return False
        head = Markup("").join(Markup("<th>%s</th>") % title for title in heads)
        body = Markup("").join(
            Markup("<tr>%s</tr>")
            % Markup("").join(Markup("<td>%s</td>") % cell for cell in row)
            for row in rows
        )
        return Markup(
            "<div class='table-responsive'><table class='table table-sm'>"
            "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
        ) % (head, body)

    def action_decisions(self):
        """What it thought and what people made of it: rows are true, columns thought."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_logistics_bridge.logistics_triage_decision_action"
        )
        action["domain"] = [("model_id", "in", self.ids)]
        action["views"] = [(False, "pivot"), (False, "list"), (False, "graph")]
        return action
