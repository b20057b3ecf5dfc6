# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..plan.forecast_plan_demand import STEPS


class ForecastRequest(models.Model):
    """A planner asks people what they expect; each answers in a grid of his or her own."""

    _name = "forecast.request"
    _description = "Opinion Request"
    _inherit = ["mail.thread"]
    _order = "deadline desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [("expert", "Expert Opinion"), ("sales", "Sales-Force Composite")],
        required=True,
        default="expert",
        help="Expert: each contributor says what the whole demand will be. Sales: each "
        "says what his or her own customers will take; the figures are added up.",
    )
    plan_id = fields.Many2one(
        "forecast.plan",
        required=True,
        ondelete="cascade",
        index=True,
        groups="omni_forecast.group_forecast_reader",
        default=lambda self: self.env["forecast.plan"].search([], limit=1),
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Planner",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        domain="[('is_storable', '=', True)]",
    )
    categ_ids = fields.Many2many("product.category", string="Categories")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Empty: all warehouses of the plan together.",
    )
    date_from = fields.Date(
        string="First Period",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.add(fields.Date.context_today(self), months=1), "month"
        ),
    )
    period_count = fields.Integer(string="Periods", required=True, default=3)
    deadline = fields.Date(
        required=True,
        tracking=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
    )
    show_forecast = fields.Boolean(
        string="Show the Forecast",
        help="Contributors see the statistical forecast beside their own figure. People "
        "who see a number stay close to it.",
    )
    note = fields.Text(string="What You Want to Know")
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Open"), ("closed", "Closed")],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    participant_ids = fields.One2many(
        "forecast.request.participant",
        "request_id",
        string="Contributors",
        # the rule of requests reads it as superuser; its cache would name the others
        groups="omni_forecast.group_forecast_reader",
    )
    opinion_ids = fields.One2many("forecast.opinion", "request_id", string="Opinions")
    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    answered_count = fields.Integer(string="Answered", compute="_compute_counts")

    _periods_range = models.Constraint(
        "CHECK (period_count BETWEEN 1 AND 60)", "A request covers 1 to 60 periods."
    )

    def _compute_counts(self):
        rows = self.env["forecast.request.participant"]._read_group(
            [("request_id", "in", self.ids)], ["request_id", "state"], ["__count"]
        )
        counts = {(request, state): count for request, state, count in rows}
        for request in self:
            request.answered_count = counts.get((request, "answered"), 0)
            request.asked_count = request.answered_count + counts.get(
                (request, "asked"), 0
            )

    @api.constrains("plan_id", "company_id")
    def _check_plan(self):
        for request in self:
            if request.plan_id.company_id != request.company_id:
                raise ValidationError(
                    self.env._(
                        "Plan %(plan)s and request %(request)s belong to different "
                        "companies.",
                        plan=request.plan_id.name,
                        request=request.name,
                    )
                )

    def _periods(self):
        """First days of the periods asked about."""
        self.ensure_one()
        first = self.plan_id._period_start(self.date_from)
        return [first + STEPS[self.plan_id.grain] * i for i in range(self.period_count)]

    def action_open(self):
        """Make every contributor's grid and tell them."""
        for request in self.filtered(lambda one: one.state == "draft"):
            if not (request.product_ids or request.categ_ids):
                raise UserError(
                    self.env._(
                        "Request %s names no product and no category.", request.name
                    )
                )
            if not request.participant_ids:
                raise UserError(
                    self.env._(
                        "Request %s asks nobody: add contributors.", request.name
                    )
                )
            if request.deadline < fields.Date.context_today(self):
                raise UserError(
                    self.env._("The deadline of request %s has passed.", request.name)
                )
            request.state = "open"
            request.participant_ids._make_rows()
            request.participant_ids._learn()
            request.participant_ids._remind()
        return True

    def action_remind(self):
        """Remind those who have not answered."""
        self.check_access("write")
        waiting = self.participant_ids.filtered(lambda one: one.state == "asked")
        if not waiting:
            raise UserError(self.env._("Everybody has answered."))
        waiting._remind(mail=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s contributor(s) reminded.", len(waiting)),
            },
        }

    def action_close(self):
        """No more answers; what came in counts."""
        self.check_access("write")
        for request in self.filtered(lambda one: one.state == "open"):
            request.state = "closed"
            request.participant_ids._done_reminding()
            request._publish()
        return True

    def action_reopen(self):
        self.check_access("write")
        for request in self.filtered(lambda one: one.state == "closed"):
            request.state = "open"
            request.participant_ids.filtered(lambda one: one.state == "asked")._remind()
        return True

    def action_withdraw(self):
        """Take the effect of these opinions on the forecast back."""
        self.check_access("write")
        self.env["forecast.adjustment"].search(
            [("res_model", "=", "forecast.request"), ("res_id", "in", self.ids)]
        ).unlink()
        return True

    def action_open_opinions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_opinion"
        )
        action["domain"] = [("request_id", "=", self.id)]
        action["context"] = {}
        return action

    def _publish(self):
        """Bring the answers into the forecast.

        sudo: contributors change the forecast by their answer, though they may neither
        see nor write it; only their own figures and the plan's weights are used.
        """
        for request in self.sudo():
            if request.kind == "sales":
                request._compose()
                rows = request.opinion_ids.filtered(lambda one: one.kind == "composite")
            else:
                rows = request.opinion_ids.filtered("answered")
            rows._publish(request)

    @api.ondelete(at_uninstall=False)
    def _unlink_effects(self):
        self.sudo().action_withdraw()

    @api.model
    def _cron_deadline(self):
        """Job: close what is over, remind two days before."""
        today = fields.Date.context_today(self)
        opened = self.search([("state", "=", "open")])
        opened.filtered(lambda one: one.deadline < today).action_close()
        soon = opened.filtered(
            lambda one: (
                one.state == "open" and one.deadline == today + timedelta(days=2)
            )
        )
        soon.participant_ids.filtered(lambda one: one.state == "asked")._remind(
            mail=True
        )
