# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..plan.forecast_plan_demand import STEPS

FEWEST = 3  # answers under which a median would tell a single one


class ForecastDelphi(models.Model):
    """A question to a panel of experts, in anonymous rounds."""

    _name = "forecast.delphi"
    _description = "Delphi Panel"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(string="Question", required=True)
    note = fields.Text(string="Background")
    plan_id = fields.Many2one(
        "forecast.plan",
        required=True,
        ondelete="cascade",
        groups="omni_forecast.group_forecast_reader",
        default=lambda self: self.env["forecast.plan"].search([], limit=1),
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Moderator",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    product_id = fields.Many2one(
        "product.product",
        ondelete="cascade",
        groups="omni_forecast.group_forecast_reader",
        help="The result becomes part of this product's forecast.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Category",
        ondelete="cascade",
        groups="omni_forecast.group_forecast_reader",
        help="The result is shared among the forecasts of the category.",
    )
    unit = fields.Char(
        compute="_compute_unit",
        store=True,
        readonly=False,
        help="What the answers count, e.g. pieces.",
    )
    date_from = fields.Date(
        string="First Period",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.add(fields.Date.context_today(self), months=1), "month"
        ),
    )
    period_count = fields.Integer(string="Periods", required=True, default=3)
    periods = fields.Json(
        string="Days", readonly=True, help="First days of the periods asked about."
    )
    grain = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")], readonly=True
    )

    round_days = fields.Integer(string="Days per Round", required=True, default=5)
    min_rounds = fields.Integer(
        string="At Least", required=True, default=2, help="Rounds."
    )
    max_rounds = fields.Integer(
        string="At Most", required=True, default=4, help="Rounds."
    )
    min_answers = fields.Integer(
        string="Fewest Answers",
        required=True,
        default=FEWEST,
        help="With fewer answers a round shows nothing: figures of so few people would "
        "tell who said what.",
    )
    spread_limit = fields.Float(
        string="Spread at Most",
        digits=(6, 4),
        default=0.15,
        help="The panel agrees when the middle half of the answers lies within this share "
        "of the median …",
    )
    change_limit = fields.Float(
        string="Change at Most",
        digits=(6, 4),
        default=0.05,
        help="… and the median moved by no more than this since the round before.",
    )
    names_shown = fields.Boolean(
        string="Show Names after Closing",
        help="Participants are told before they answer. Without it nobody ever learns who "
        "said what.",
    )
    apply_result = fields.Boolean(
        string="Use in the Forecast",
        default=True,
        help="When the panel closes, its median is blended into the forecast.",
        groups="omni_forecast.group_forecast_reader",
    )

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open"),
            ("closed", "Closed"),
            ("failed", "Too Few Answers"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    converged = fields.Boolean(string="Agreed", readonly=True)
    participant_ids = fields.One2many(
        "forecast.delphi.participant",
        "delphi_id",
        string="Participants",
        groups="omni_forecast.group_forecast_reader",
    )
    round_ids = fields.One2many("forecast.delphi.round", "delphi_id", string="Rounds")
    round_id = fields.Many2one(
        "forecast.delphi.round", string="Current Round", compute="_compute_round_id"
    )
    deadline = fields.Date(compute="_compute_round_id")
    invited_count = fields.Integer(
        string="Invited",
        compute="_compute_counts",
        groups="omni_forecast.group_forecast_reader",
    )
    answered_count = fields.Integer(
        string="Answered",
        compute="_compute_counts",
        groups="omni_forecast.group_forecast_reader",
    )
    is_participant = fields.Boolean(compute="_compute_is_participant")

    _rounds_range = models.Constraint(
        "CHECK (min_rounds >= 1 AND max_rounds >= min_rounds AND max_rounds <= 10)",
        "A panel has 1 to 10 rounds, and no fewer at most than at least.",
    )
    _answers_range = models.Constraint(
        "CHECK (min_answers >= 3)",
        "Fewer than 3 answers would tell who said what.",
    )
    _numbers_range = models.Constraint(
        "CHECK (period_count BETWEEN 1 AND 24 AND round_days BETWEEN 1 AND 90"
        " AND spread_limit >= 0 AND change_limit >= 0)",
        "A panel asks about 1 to 24 periods, a round lasts 1 to 90 days, and the limits "
        "are not negative.",
    )

    @api.depends("product_id")
    def _compute_unit(self):
        for panel in self:
            panel.unit = panel.product_id.uom_id.name or panel.unit

    @api.depends("round_ids.state")
    def _compute_round_id(self):
        for panel in self:
            panel.round_id = panel.round_ids.sorted("number")[-1:]
            panel.deadline = panel.round_id.deadline

    def _compute_counts(self):
        rows = self.env["forecast.delphi.participant"]._read_group(
            [("delphi_id", "in", self.ids)], ["delphi_id", "answered"], ["__count"]
        )
        counts = {(panel, answered): count for panel, answered, count in rows}
        for panel in self:
            panel.answered_count = counts.get((panel, True), 0)
            panel.invited_count = panel.answered_count + counts.get((panel, False), 0)

    @api.depends_context("uid")
    def _compute_is_participant(self):
        for panel in self:
            panel.is_participant = bool(panel._participant())

    def _participant(self):
        """The current user's membership. sudo: members may not see the list of members."""
        self.ensure_one()
        return (
            self.env["forecast.delphi.participant"]
            .sudo()
            .search(
                [("delphi_id", "=", self.id), ("user_id", "=", self.env.uid)], limit=1
            )
        )

    @api.constrains("plan_id", "company_id", "product_id", "categ_id")
    def _check_scope(self):
        for panel in self:
            if panel.plan_id.company_id != panel.company_id:
                raise ValidationError(
                    self.env._(
                        "Plan %(plan)s and panel %(panel)s belong to different companies.",
                        plan=panel.plan_id.name,
                        panel=panel.name,
                    )
                )
            if panel.product_id and panel.categ_id:
                raise ValidationError(
                    self.env._(
                        "Panel %s asks about a product or about a category, not both.",
                        panel.name,
                    )
                )

    def write(self, vals):
        """The rules of an open panel stay as its members were told."""
        fixed = set(vals) & {
            "names_shown",
            "min_answers",
            "date_from",
            "period_count",
            "periods",
            "product_id",
            "categ_id",
            "plan_id",
            "company_id",
        }
        if fixed and not self.env.su and any(one.state != "draft" for one in self):
            raise UserError(
                self.env._(
                    "%(fields)s cannot change any more: participants were told otherwise.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in sorted(fixed)
                    ),
                )
            )
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("A panel moves on by its buttons only."))
        return super().write(vals)

    # Moderating

    def action_open(self):
        """Start the first round and invite everybody."""
        self.check_access("write")
        for panel in self.filtered(lambda one: one.state == "draft"):
            if len(panel.participant_ids) < panel.min_answers:
                raise UserError(
                    self.env._(
                        "Panel %(panel)s needs %(count)s participants at least.",
                        panel=panel.name,
                        count=panel.min_answers,
                    )
                )
            first = panel.plan_id._period_start(panel.date_from)
            step = STEPS[panel.plan_id.grain]
            panel.sudo().write(
                {
                    "state": "open",
                    "grain": panel.plan_id.grain,
                    "periods": [
                        fields.Date.to_string(first + step * index)
                        for index in range(panel.period_count)
                    ],
                }
            )
            panel._next_round()
        return True

    def action_close_round(self):
        """End the current round before its deadline."""
        self.check_access("write")
        for panel in self.filtered(lambda one: one.state == "open"):
            if panel.answered_count < panel.min_answers:
                raise UserError(
                    self.env._(
                        "Only %(count)s of at least %(fewest)s answers are there: closing "
                        "now would tell who said what.",
                        count=panel.answered_count,
                        fewest=panel.min_answers,
                    )
                )
            panel._close_round()
        return True

    def action_cancel(self):
        """Stop the panel; open answers are deleted unseen."""
        self.check_access("write")
        for panel in self.filtered(lambda one: one.state == "open"):
            panel._finish("cancelled")
        return True

    def action_remind(self):
        """Write to those who have not answered."""
        self.check_access("write")
        self._invite(reminder=True)
        return True

    def action_answer(self):
        """Open the page on which participants answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/forecast-panels/{self.id}",
            "target": "new",
        }

    def action_withdraw(self):
        """Take the result out of the forecast again."""
        self.check_access("write")
        self.env["forecast.adjustment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        for panel in self:
            if panel.state == "open":
                raise UserError(
                    self.env._("Panel %s is open; cancel it first.", panel.name)
                )

    def unlink(self):
        """What the panel brought into the forecast goes with it."""
        self.action_withdraw()
        return super().unlink()
