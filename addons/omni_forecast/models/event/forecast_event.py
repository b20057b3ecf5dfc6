# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

KINDS = [
    ("promotion", "Promotion"),
    ("launch", "Launch"),
    ("holiday", "Holiday or Season"),
    ("competitor", "Competitor's Action"),
    ("closure", "Planned Closure"),
    ("other", "Other"),
]
# what the effect on the forecast hangs on
EFFECT = {
    "state",
    "active",
    "name",
    "date_start",
    "date_end",
    "product_ids",
    "category_ids",
    "warehouse_ids",
    "mode",
    "own_uplift",
    "quantity",
    "pull_forward",
    "dip_days",
    "line_ids",
    "company_id",
}


class ForecastEvent(models.Model):
    _name = "forecast.event"
    _description = "Demand Event"
    _order = "date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        KINDS,
        required=True,
        default="promotion",
        index=True,
        help="Events of one kind learn from each other.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("confirmed", "Confirmed"), ("cancelled", "Cancelled")],
        required=True,
        default="draft",
        copy=False,
        index=True,
        help="Only confirmed events change the forecast and teach the next ones.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, index=True
    )
    date_end = fields.Date(
        string="To",
        required=True,
        compute="_compute_date_end",
        store=True,
        precompute=True,
        readonly=False,
        help="Last day of the event.",
    )
    discount = fields.Float(digits=(6, 4), help="Share off the usual price.")
    price = fields.Monetary(string="Event Price")
    team_ids = fields.Many2many(
        "crm.team",
        string="Channels",
        check_company=True,
        help="Sales teams whose customers are addressed; for information.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="set null"
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        domain="[('is_storable', '=', True)]",
        check_company=True,
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Categories",
        help="With their children. Neither products nor categories: all products.",
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        help="Empty: all warehouses of the company.",
    )
    note = fields.Html()

    # Effect
    plan_id = fields.Many2one(
        "forecast.plan",
        string="Learn from Plan",
        compute="_compute_plan_id",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        ondelete="set null",
        help="The uplift is learned from this plan's history. The effect goes to every "
        "plan that forecasts the products.",
    )
    mode = fields.Selection(
        [
            ("learned", "As Learned"),
            ("own", "My Own Uplift"),
            ("quantity", "Stated Quantity"),
        ],
        string="Expected Effect",
        required=True,
        default="learned",
    )
    own_uplift = fields.Float(
        string="My Uplift",
        digits=(16, 4),
        help="40 %: demand of the event's days is 1.4 times the usual one. -100 %: none.",
    )
    quantity = fields.Float(
        string="Extra Quantity",
        digits="Product Unit",
        help="Additional demand of the whole event, split over products, warehouses and "
        "periods in proportion to their forecast.",
    )
    pull_forward = fields.Float(
        string="Only Bought Earlier",
        digits=(6, 4),
        help="Part of the extra demand that is missing afterwards, because customers "
        "stocked up.",
    )
    dip_days = fields.Integer(
        string="Missing within", default=28, help="Days after the event."
    )
    line_ids = fields.One2many("forecast.event.line", "event_id", string="By Product")
    learned_uplift = fields.Float(digits=(16, 4), readonly=True, copy=False)
    learned_low = fields.Float(digits=(16, 4), readonly=True, copy=False)
    learned_high = fields.Float(digits=(16, 4), readonly=True, copy=False)
    learned_events = fields.Integer(readonly=True, copy=False)
    learned_level = fields.Selection(
        [
            ("product", "Product"),
            ("category", "Category"),
            ("kind", "Kind of Event"),
            ("none", "Nothing"),
        ],
        readonly=True,
        copy=False,
    )
    learned_text = fields.Text(
        string="What Earlier Events Say", compute="_compute_learned_text"
    )
    actual_uplift = fields.Float(
        string="Measured Uplift",
        digits=(16, 4),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="After the event: demand of its periods against what it would have been "
        "without it.",
    )
    measured = fields.Boolean(readonly=True, copy=False)
    base_quantity = fields.Float(
        string="Usual Demand", digits="Product Unit", compute="_compute_totals"
    )
    extra_quantity = fields.Float(
        string="Extra Demand", digits="Product Unit", compute="_compute_totals"
    )
    expected_uplift = fields.Float(digits=(16, 4), compute="_compute_totals")
    delivery_days = fields.Integer(
        string="Deliver within",
        default=1,
        help="Days from the day a customer wants the goods; later is late.",
    )
    promise_ids = fields.One2many("forecast.promise", "event_id", string="Checks")
    promise_id = fields.Many2one(
        "forecast.promise", string="Newest Check", compute="_compute_promise_id"
    )
    promise_share = fields.Float(
        string="Deliverable on Time",
        digits=(16, 4),
        compute="_compute_promise_id",
        help="By the newest promise check.",
    )
    adjustment_count = fields.Integer(compute="_compute_adjustment_count")

    _dates = models.Constraint(
        "CHECK (date_end >= date_start)", "An event cannot end before it begins."
    )
    _ranges = models.Constraint(
        "CHECK (own_uplift >= -1 AND own_uplift <= 100 AND discount >= 0 AND"
        " discount <= 1 AND pull_forward >= 0 AND pull_forward <= 1 AND"
        " dip_days BETWEEN 1 AND 366 AND delivery_days BETWEEN 0 AND 366)",
        "An uplift lies between -100 % and +10,000 %, a discount and the part only bought "
        "earlier between 0 and 100 %, the days after the event between 1 and 366, the "
        "days to deliver between 0 and 366.",
    )

    @api.depends("date_start")
    def _compute_date_end(self):
        for event in self:
            if event.date_start and (
                not event.date_end or event.date_end < event.date_start
            ):
                event.date_end = fields.Date.add(event.date_start, days=13)

    @api.depends("company_id")
    def _compute_plan_id(self):
        plans = self.env["forecast.plan"].search(
            [("company_id", "in", self.company_id.ids)]
        )
        for event in self:
            own = plans.filtered(lambda plan, e=event: plan.company_id == e.company_id)
            if event.plan_id not in own:
                event.plan_id = own.filtered("last_run_id")[:1] or own[:1]

    @api.depends(
        "line_ids.base_quantity",
        "line_ids.uplift",
        "mode",
        "own_uplift",
        "quantity",
        "learned_uplift",
    )
    def _compute_totals(self):
        for event in self:
            base = sum(event.line_ids.mapped("base_quantity"))
            if event.mode == "quantity":
                extra = event.quantity
            else:
                extra = sum(line.base_quantity * line.uplift for line in event.line_ids)
            event.base_quantity, event.extra_quantity = base, extra
            if base:
                event.expected_uplift = extra / base
            else:
                event.expected_uplift = {
                    "learned": event.learned_uplift,
                    "own": event.own_uplift,
                }.get(event.mode, 0.0)

    @api.depends(
        "learned_uplift",
        "learned_low",
        "learned_high",
        "learned_events",
        "learned_level",
        "kind",
    )
    @api.depends_context("lang")
    def _compute_learned_text(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.learned_text = event._learned_text(kinds[event.kind])

    def _learned_text(self, kind):
        if not self.learned_level:
            return False
        if self.learned_level == "none":
            return self.env._(
                "No earlier confirmed event of the kind “%s” lies in the plan's history: "
                "there is nothing to learn from. Enter your own uplift.",
                kind,
            )
        values = {
            "count": self.learned_events,
            "kind": kind,
            "uplift": 100 * self.learned_uplift,
            "low": 100 * self.learned_low,
            "high": 100 * self.learned_high,
        }
        if self.learned_level == "product":
            return self.env._(
                "%(count)s earlier event(s) of the kind “%(kind)s” with these products: "
                "%(uplift)+.0f %% (80 %% of such events between %(low)+.0f %% and "
                "%(high)+.0f %%).",
                **values,
            )
        if self.learned_level == "category":
            return self.env._(
                "%(count)s earlier event(s) of the kind “%(kind)s” in the same categories, "
                "none with these products: %(uplift)+.0f %% (80 %% of such events between "
                "%(low)+.0f %% and %(high)+.0f %%).",
                **values,
            )
        return self.env._(
            "%(count)s earlier event(s) of the kind “%(kind)s”, with other products only: "
            "%(uplift)+.0f %% (80 %% of such events between %(low)+.0f %% and "
            "%(high)+.0f %%).",
            **values,
        )

    def _compute_promise_id(self):
        newest = {
            event: promise_id
            for event, promise_id in self.env["forecast.promise"]._read_group(
                [("event_id", "in", self.ids)], ["event_id"], ["id:max"]
            )
        }
        for event in self:
            event.promise_id = newest.get(event._origin, False)
            event.promise_share = event.promise_id.share

    def _compute_adjustment_count(self):
        counts = dict(
            self.env["forecast.adjustment"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for event in self:
            event.adjustment_count = counts.get(event.id, 0)

    @api.constrains("mode", "quantity")
    def _check_quantity(self):
        for event in self:
            if event.mode == "quantity" and event.quantity < 0:
                raise ValidationError(
                    self.env._(
                        "Event %(event)s: the extra quantity %(quantity)g is negative. Use "
                        "your own uplift for events that take demand away.",
                        event=event.name,
                        quantity=event.quantity,
                    )
                )

    def _product_domain(self):
        """Domain on product.product of what the event touches."""
        self.ensure_one()
        if not self.product_ids and not self.category_ids:
            return Domain.TRUE
        return Domain("id", "in", self.product_ids.ids) | Domain(
            "categ_id", "child_of", self.category_ids.ids
        )

    def _scope_warehouses(self):
        self.ensure_one()
        return self.warehouse_ids or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)]
        )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.filtered(lambda event: event.state == "confirmed")._sync()
        return events

    def write(self, vals):
        result = super().write(vals)
        if EFFECT & set(vals) and not self.env.context.get("forecast_event_learning"):
            self._sync()
        return result

    def unlink(self):
        # their rows would go on changing forecasts with nobody to ask why
        self._rows().unlink()
        return super().unlink()

    def copy_data(self, default=None):
        data_list = super().copy_data(default=default)
        for event, data in zip(self, data_list, strict=True):
            if "name" not in (default or {}):
                data["name"] = self.env._("%s (copy)", event.name)
        return data_list

    # Actions

    def action_learn(self):
        """Propose the uplift that earlier events of the same kind suggest."""
        self.check_access("write")
        for event in self:
            if not event.plan_id:
                raise UserError(
                    self.env._(
                        "Event %s has no plan to learn from. Make a forecast plan and run "
                        "it, or choose one.",
                        event.name,
                    )
                )
        self._learn()
        self._sync()
        return True

    def action_confirm(self):
        """Let the events change the forecast."""
        self.check_access("write")
        fresh = self.filtered(lambda event: not event.learned_level and event.plan_id)
        fresh._learn()
        self.write({"state": "confirmed"})
        return True

    def action_cancel(self):
        self.write({"state": "cancelled"})
        return True

    def action_draft(self):
        self.write({"state": "draft"})
        return True

    def action_check_promise(self):
        """Simulate the deliveries of the event day by day and show the answer."""
        self.ensure_one()
        self.check_access("write")
        if not self.learned_level and self.plan_id:
            self._learn()
        return self.env["forecast.promise"]._check(self)._action_open()

    def action_open_promise(self):
        self.ensure_one()
        return self.promise_id._action_open()

    def action_open_adjustments(self):
        """Rows by which the event changes forecasts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Effect on Forecasts"),
            "res_model": "forecast.adjustment",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }
