# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class ForecastPromise(models.Model):
    """Answer to: can we deliver what this event will sell?"""

    _name = "forecast.promise"
    _description = "Promise Check"
    _order = "id desc"

    event_id = fields.Many2one(
        "forecast.event", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Checked by", readonly=True, default=lambda s: s.env.user
    )
    date = fields.Datetime(
        string="Checked on", readonly=True, default=fields.Datetime.now
    )
    demand = fields.Float(digits="Product Unit", readonly=True)
    on_time = fields.Float(string="Units on Time", digits="Product Unit", readonly=True)
    share = fields.Float(string="On Time", digits=(16, 4), readonly=True)
    delivery_days = fields.Integer(readonly=True)
    first_date = fields.Date(string="First Break", readonly=True)
    cause = fields.Selection(
        [("stock", "Out of Stock"), ("capacity", "Capacity Reached")], readonly=True
    )
    daily = fields.Json(readonly=True, help="Units wanted and on time, by day.")
    line_ids = fields.One2many("forecast.promise.line", "promise_id", readonly=True)
    action_ids = fields.One2many("forecast.promise.action", "promise_id")
    open_count = fields.Integer(compute="_compute_open_count")
    answer = fields.Text(compute="_compute_answer")
    level = fields.Selection(
        [("good", "Good"), ("tight", "Tight"), ("bad", "Bad")],
        compute="_compute_answer",
    )

    @api.depends("event_id", "date")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = self.env._(
                "Promise check: %s", promise.event_id.name
            )

    @api.depends("action_ids.state")
    def _compute_open_count(self):
        for promise in self:
            promise.open_count = len(
                promise.action_ids.filtered(
                    lambda one: one.state == "open" and one.kind != "capacity"
                )
            )

    @api.depends("share", "first_date", "cause", "line_ids", "action_ids")
    @api.depends_context("lang")
    def _compute_answer(self):
        for promise in self:
            promise.answer = "\n".join(promise._sentences())
            if promise.share > 0.9995:
                promise.level = "good"
            else:
                promise.level = "tight" if promise.share >= 0.95 else "bad"

    def _sentences(self):
        """The answer, sentence by sentence, in the reader's language."""
        self.ensure_one()

        def number(value):
            return formatLang(self.env, value, digits=0)

        values = {
            "event": self.event_id.name,
            "share": 100 * self.share,
            "on_time": number(self.on_time),
            "demand": number(self.demand),
            "days": self.delivery_days,
        }
        if not self.demand:
            return [
                self.env._(
                    "No demand is expected on the days of %s: either no plan forecasts its "
                    "products in these warehouses, or its effect takes all of it away.",
                    self.event_id.name,
                )
            ]
        if self.share > 0.9995:
            return [
                self.env._(
                    "Yes: all %(demand)s units that %(event)s is expected to sell can be "
                    "delivered within %(days)s day(s).",
                    **values,
                )
            ]
        # never round a shortfall up to "100 %"
        values["share"] = min(values["share"], 99.9)
        lines = [
            self.env._(
                "No: %(on_time)s of the %(demand)s units that %(event)s is expected to sell "
                "(%(share).1f %%) can be delivered within %(days)s day(s).",
                **values,
            )
        ]
        first = self.line_ids.filtered(lambda line: line.first_date == self.first_date)
        if first:
            lines.append(first[0]._break_sentence())
        lines += [action._sentence() for action in self.action_ids[:5]]
        if len(self.action_ids) > 5:
            lines.append(
                self.env._("%s more below.", len(self.action_ids) - 5),
            )
        return lines

    def action_do_all(self):
        """Do every open suggestion that makes a document."""
        self.ensure_one()
        todo = self.action_ids.filtered(
            lambda one: one.state == "open" and one.kind != "capacity"
        )
        todo.action_do()
        return self._action_open()

    def action_again(self):
        """Check once more with today's stock and forecast."""
        self.ensure_one()
        return self.event_id.action_check_promise()

    def action_open_event(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "forecast.event",
            "res_id": self.event_id.id,
            "views": [(False, "form")],
        }

    def _action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise Check"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _date(self, day):
        return format_date(self.env, day)
