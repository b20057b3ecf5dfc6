# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .delphi_answers import Answers


class ForecastDelphiRound(models.Model):
    _name = "forecast.delphi.round"
    _description = "Delphi Round"
    _order = "delphi_id desc, number"
    _rec_name = "number"

    delphi_id = fields.Many2one(
        "forecast.delphi", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="delphi_id.company_id", store=True)
    number = fields.Integer(string="Round", required=True, readonly=True)
    deadline = fields.Date(required=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        readonly=True,
    )
    reminded = fields.Boolean(readonly=True)
    agreed = fields.Boolean(readonly=True)
    feedback = fields.Json(
        readonly=True, help="Median and quartiles, once the round is closed."
    )
    named = fields.Json(
        readonly=True,
        groups="omni_forecast.group_forecast_reader",
        help="Only where participants were told: answers by name, after closing.",
    )
    answer_count = fields.Integer(string="Answers", compute="_compute_summary")
    summary = fields.Text(string="Median (middle half)", compute="_compute_summary")
    arguments = fields.Text(compute="_compute_summary")
    named_text = fields.Text(
        string="Answers by Name",
        compute="_compute_named_text",
        groups="omni_forecast.group_forecast_reader",
    )

    _number_uniq = models.UniqueIndex("(delphi_id, number)", "A round comes once.")

    def init(self):
        """The answers' table refers to the rounds."""
        result = super().init()
        Answers.create_table(self.env.cr)
        return result

    def write(self, vals):
        """A moderator may move the deadline; all else is the panel's doing."""
        if not self.env.su and (
            set(vals) - {"deadline"} or any(one.state != "open" for one in self)
        ):
            raise UserError(
                self.env._(
                    "Of a round only the deadline can be changed, while it is open."
                )
            )
        return super().write(vals)

    @api.depends("feedback")
    @api.depends_context("lang")
    def _compute_summary(self):
        for one in self:
            found = one.feedback or {}
            one.answer_count = found.get("n", 0)
            one.arguments = "\n\n".join(found.get("arguments", ()))
            one.summary = "\n".join(
                f"{day}: {one._number(period['median'])} "
                f"({one._number(period['q1'])} – {one._number(period['q3'])})"
                for day, period in zip(
                    one.delphi_id.periods or (), found.get("periods", ()), strict=False
                )
            )

    @api.depends("named")
    def _compute_named_text(self):
        for one in self:
            one.named_text = "\n".join(
                f"{name}: {', '.join(one._number(value) for value in values)}"
                + (f" – {argument}" if argument else "")
                for name, (values, argument) in sorted((one.named or {}).items())
            )

    def _number(self, value):
        return formatLang(self.env, value, digits=0 if abs(value) >= 100 else 1)
