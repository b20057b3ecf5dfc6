# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...engine.triage import Rule, Rules, plain


class LogisticsTriageRule(models.Model):
    """Words that speak for an issue: readable, editable, with a weight."""

    _name = "logistics.triage.rule"
    _inherit = "logistics.cached.mixin"
    _description = "Triage Rule"
    _order = "issue_type_id, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    issue_type_id = fields.Many2one(
        "logistics.issue.type",
        required=True,
        index=True,
        ondelete="cascade",
    )
    lang = fields.Selection(
        [("ko", "Korean"), ("en", "English"), ("any", "Any")],
        string="Language",
        required=True,
        default="any",
    )
    pattern = fields.Text(
        required=True,
        help="Words separated by |, or a regular expression. The text is read in small "
        "letters and with every number as 0.",
    )
    weight = fields.Float(
        default=2.0,
        help="How strongly it speaks for the type: 2 makes it about seven times as "
        "likely (e to the power of the weight); negative speaks against it.",
    )
    sample = fields.Text(string="Try it", store=False)
    sample_match = fields.Char(compute="_compute_sample_match")

    @api.constrains("pattern")
    def _check_pattern(self):
        for rule in self:
            try:
                compiled = re.compile(rule.pattern, re.IGNORECASE)
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "Pattern of rule %(rule)s: %(error)s.",
                        rule=rule.name,
                        error=error,
                    )
                ) from error
            if compiled.match(""):
                raise ValidationError(
                    self.env._("Pattern of rule %s matches every text.", rule.name)
                )

    @api.depends("sample", "pattern")
    def _compute_sample_match(self):
        for rule in self:
            try:
                found = re.search(
                    rule.pattern or "(?!)", plain(rule.sample), re.IGNORECASE
                )
            except re.error as error:
                rule.sample_match = str(error)
                continue
            rule.sample_match = (
                (found.group() if found else self.env._("no match"))
                if rule.sample
                else False
            )

    @api.model
    @api.private
    @tools.ormcache()
    def _compiled(self):
        """All rules, ready to judge; read again after a change."""
        return Rules(
            Rule(rule.id, rule.issue_type_id.code, rule.pattern, rule.weight)
            for rule in self.search([("issue_type_id.active", "=", True)])
        )
