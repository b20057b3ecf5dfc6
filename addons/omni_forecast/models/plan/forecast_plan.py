# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# grain -> (frequency of the engine, history, horizon); three years show a season
# three times, half a year ahead covers most vendors' lead times.
GRAINS = {"day": ("D", 365, 28), "week": ("W", 104, 13), "month": ("M", 36, 6)}


class ForecastPlan(models.Model):
    _name = "forecast.plan"
    _description = "Forecast Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, default=lambda self: self.env._("Monthly demand forecast")
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Planner",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Scheduled runs act with this user's rights.",
    )

    # Scope
    product_domain = fields.Char(
        default="[]",
        help="Storable products that match are forecast. Empty: all of them.",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Categories",
        help="Only products of these categories and their children. Empty: all.",
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        help="Demand is forecast for each product in each of these warehouses. "
        "Empty: all warehouses of the company.",
    )

    # Time
    grain = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")],
        required=True,
        default="month",
        help="Length of a period. Months suit most articles; weeks need some ten "
        "deliveries a week, days need daily business.",
    )
    history_periods = fields.Integer(
        string="History",
        compute="_compute_history_periods",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
        help="Complete periods of history that are read. A yearly season needs two "
        "years at least.",
    )
    horizon = fields.Integer(
        compute="_compute_horizon",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
        help="Periods to forecast. Lead times longer than that are covered anyway.",
    )

    # Method
    policy = fields.Selection(
        [("fast", "Fast"), ("balanced", "Balanced"), ("thorough", "Thorough")],
        required=True,
        default="fast",
        help="Fast: combination of vectorised models, ten thousand articles in "
        "seconds. Balanced: a stronger library model for A and B articles. Thorough: "
        "median of several library models, minutes instead of seconds.",
    )

    incremental = fields.Boolean(
        string="Only What Changed",
        help="A run forecasts only the series whose demand or settings have changed since "
        "the last one; the others keep their forecast.",
    )
    full_every = fields.Integer(
        default=4,
        help="Every n-th run forecasts all series anyway, so that all learn from the newest "
        "errors of all.",
    )

    # Reorder rules
    service_level = fields.Float(
        digits=(6, 4),
        required=True,
        default=lambda self: self.env.company.forecast_service_level or 0.95,
        help="Share of order cycles without a stock-out that the reorder points aim at.",
    )
    service_by_abc = fields.Boolean(
        string="Service Level by ABC Class",
        help="A articles make up 80 % of the value of demand, B the next 15 %.",
    )
    service_a = fields.Float(string="A Articles", digits=(6, 4), default=0.98)
    service_b = fields.Float(string="B Articles", digits=(6, 4), default=0.95)
    service_c = fields.Float(string="C Articles", digits=(6, 4), default=0.90)
    review_days = fields.Integer(
        string="Review Period",
        default=lambda self: self.env.company.forecast_review_days,
        help="Days between two orders of the same article. The reorder point covers it "
        "on top of the lead time, the maximum adds its demand.",
    )
    lead_days = fields.Integer(
        string="Lead Time without Vendor",
        default=lambda self: self.env.company.forecast_lead_days,
        help="Days taken for products that have no vendor.",
    )
    propose_new = fields.Boolean(
        string="Propose New Rules",
        default=True,
        help="Also propose a reordering rule where a product has none.",
    )
    rule_trigger = fields.Selection(
        [("auto", "Auto"), ("manual", "Manual")],
        string="Trigger of New Rules",
        required=True,
        default="auto",
        help="Auto: Odoo's scheduler orders by itself. Manual: the rule waits in the "
        "replenishment report.",
    )
    min_change = fields.Float(
        string="Smallest Change",
        digits=(6, 4),
        default=0.05,
        help="Changes of minimum and maximum below this share are not proposed.",
    )

    # Results
    run_ids = fields.One2many("forecast.run", "plan_id")
    series_ids = fields.One2many("forecast.series", "plan_id")
    last_run_id = fields.Many2one(
        "forecast.run", string="Newest Run", compute="_compute_last_run"
    )
    run_state = fields.Selection(
        [
            ("never", "Never Run"),
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        compute="_compute_last_run",
    )
    run_progress = fields.Float(string="Progress", compute="_compute_last_run")
    run_date = fields.Datetime(string="Last Run", compute="_compute_last_run")
    run_error = fields.Text(string="Error", compute="_compute_last_run")
    series_count = fields.Integer(string="Forecasts", compute="_compute_counts")
    alarm_count = fields.Integer(string="Exceptions", compute="_compute_counts")
    recommendation_count = fields.Integer(
        string="Recommendations", compute="_compute_counts"
    )
    problem_count = fields.Integer(string="Problems", compute="_compute_last_run")

    _service_range = models.Constraint(
        "CHECK (service_level > 0.5 AND service_level < 1)",
        "The service level must lie between 50 % and 100 % (exclusive).",
    )
    _abc_range = models.Constraint(
        "CHECK (NOT service_by_abc OR (service_a > 0.5 AND service_a < 1 AND"
        " service_b > 0.5 AND service_b < 1 AND service_c > 0.5 AND service_c < 1))",
        "The service levels of A, B and C articles must lie between 50 % and 100 % "
        "(exclusive).",
    )
    _history_range = models.Constraint(
        "CHECK (history_periods BETWEEN 3 AND 5000)",
        "The history must hold 3 to 5000 periods.",
    )
    _full_every_positive = models.Constraint(
        "CHECK (full_every > 0)",
        "Every how many runs all is forecast must be positive.",
    )
    _horizon_range = models.Constraint(
        "CHECK (horizon BETWEEN 1 AND 400)",
        "The horizon must be 1 to 400 periods.",
    )
    _days_range = models.Constraint(
        "CHECK (review_days >= 0 AND lead_days >= 0 AND review_days + lead_days > 0"
        " AND min_change >= 0)",
        "Review period, lead time and smallest change must not be negative, and review "
        "period and lead time not both be zero.",
    )

    # two methods: a value given for one field would keep the other from being computed
    @api.depends("grain")
    def _compute_history_periods(self):
        for plan in self:
            plan.history_periods = GRAINS[plan.grain or "month"][1]

    @api.depends("grain")
    def _compute_horizon(self):
        for plan in self:
            plan.horizon = GRAINS[plan.grain or "month"][2]

    def _compute_last_run(self):
        last = {}
        if self.ids:
            # one run per plan: the open one if there is one, else the newest
            runs = self.env["forecast.run"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["id:max"]
            )
            found = self.env["forecast.run"].browse([run_id for _plan, run_id in runs])
            last = {run.plan_id: run for run in found}
        for plan in self:
            run = last.get(plan._origin or plan, self.env["forecast.run"])
            plan.last_run_id = run
            plan.run_state = run.state or "never"
            plan.run_progress = run.progress
            plan.run_date = run.started_at
            plan.run_error = run.error
            plan.problem_count = run.problem_count

    def _compute_counts(self):
        series = dict(
            self.env["forecast.series"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        alarms = dict(
            self.env["forecast.series"]._read_group(
                [("plan_id", "in", self.ids), ("exception", "!=", "none")],
                ["plan_id"],
                ["__count"],
            )
        )
        proposals = dict(
            self.env["forecast.recommendation"]._read_group(
                [("plan_id", "in", self.ids), ("state", "=", "proposed")],
                ["plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.series_count = series.get(plan, 0)
            plan.alarm_count = alarms.get(plan, 0)
            plan.recommendation_count = proposals.get(plan, 0)

    @api.constrains("product_domain")
    def _check_product_domain(self):
        for plan in self:
            try:
                self.env["product.product"].search_count(
                    literal_eval(plan.product_domain or "[]"), limit=1
                )
            except Exception as error:
                # whatever a wrong domain raises, the person who typed it must read it
                raise ValidationError(
                    self.env._(
                        "The product filter %(domain)s of plan %(plan)s cannot be used: "
                        "%(error)s",
                        domain=plan.product_domain,
                        plan=plan.name,
                        error=error,
                    )
                ) from error

    def _product_domain(self):
        """Domain on product.product of what the plan forecasts: active storables."""
        self.ensure_one()
        domain = (
            self._storable_domain()
            & Domain("active", "=", True)
            & Domain("company_id", "in", [False, self.company_id.id])
            & Domain(literal_eval(self.product_domain or "[]"))
        )
        if self.category_ids:
            domain &= Domain("categ_id", "child_of", self.category_ids.ids)
        return domain

    def _scope_warehouses(self):
        """Warehouses whose demand the plan forecasts."""
        self.ensure_one()
        return self.warehouse_ids or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)]
        )

    def _service(self, abc):
        """Service level of an article of class `abc`."""
        self.ensure_one()
        if not self.service_by_abc:
            return self.service_level
        return {"A": self.service_a, "B": self.service_b}.get(abc, self.service_c)

    # Actions

    def action_run(self):
        """Queue a run of each plan; a cron worker does it in the background.

        A plan that is queued or running already is not queued twice.
        """
        for plan in self:
            plan._queue_run("button")
        return True

    def action_run_now(self):
        """Run the plan inside this call and return when it is done (RPC, tests).

        Everything is one transaction: it is kept as a whole when the call returns.
        The form's button uses the queue instead, so that no web worker is blocked.

        :returns: dict with run_id, state ("done", "failed"), error, series, lines,
            recommendations, problems, rows_read and duration (seconds)
        :raises UserError: the plan is being run by somebody else at this moment
        """
        self.ensure_one()
        run = self._queue_run("rpc", trigger=False)
        run._process(commit=False)
        return run._summary()

    def action_cancel(self):
        """Cancel the queued or running run of each plan."""
        runs = self.env["forecast.run"].search(
            [("plan_id", "in", self.ids), ("state", "in", ("queued", "running"))]
        )
        if not runs:
            raise UserError(self.env._("There is no queued or running run to cancel."))
        return runs.action_cancel()

    def _queue_run(self, origin, trigger=True):
        """The plan's open run, or a new queued one.

        :param origin: "button", "schedule" or "rpc"
        :param trigger: wake the queue's cron
        """
        self.ensure_one()
        run = self.env["forecast.run"].search(
            [("plan_id", "=", self.id), ("state", "in", ("queued", "running"))], limit=1
        )
        if not run:
            run = self.env["forecast.run"].create(
                {"plan_id": self.id, "origin": origin, "user_id": self.env.uid}
            )
        if trigger:
            # planners may not read ir.cron; waking this one job needs no more rights
            cron = self.env.ref("omni_forecast.ir_cron_forecast_queue").sudo()
            cron._trigger()
        return run

    def _action_open(self, xml_id, domain=(), context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = [("plan_id", "=", self.id), *domain]
        action["context"] = {"default_plan_id": self.id, **(context or {})}
        return action

    def action_open_series(self):
        return self._action_open("omni_forecast.action_forecast_series")

    def action_open_exceptions(self):
        return self._action_open(
            "omni_forecast.action_forecast_series",
            context={"search_default_exceptions": 1},
        )

    def action_open_recommendations(self):
        return self._action_open(
            "omni_forecast.action_forecast_recommendation",
            context={"search_default_proposed": 1},
        )

    def action_open_problems(self):
        self.ensure_one()
        return self._action_open(
            "omni_forecast.action_forecast_problem",
            [("run_id", "=", self.last_run_id.id)],
        )

    def action_open_runs(self):
        return self._action_open("omni_forecast.action_forecast_run")
