# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..plan.forecast_plan_demand import STEPS


class ForecastResearch(models.Model):
    """A survey of purchase intent, turned into demand by what earlier ones came to."""

    _name = "forecast.research"
    _description = "Market Research"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True)
    note = fields.Text(string="Method and Source")
    plan_id = fields.Many2one(
        "forecast.plan",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["forecast.plan"].search([], limit=1),
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        help="Empty: all warehouses of the plan together.",
        domain="[('company_id', '=', company_id)]",
    )
    date_from = fields.Date(
        string="First Period",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.add(fields.Date.context_today(self), months=1), "month"
        ),
    )
    period_count = fields.Integer(
        string="Horizon",
        required=True,
        default=3,
        help="Periods over which the intended purchases fall.",
    )

    survey_size = fields.Integer(
        string="Asked", required=True, help="People whose answers are counted."
    )
    intend_count = fields.Integer(
        string="Intend to Buy", required=True, help="How many of them would buy."
    )
    intend_share = fields.Float(
        string="Share", compute="_compute_demand", digits=(6, 4)
    )
    market_size = fields.Float(
        required=True,
        digits=(16, 0),
        help="Possible buyers that the people asked stand for.",
    )
    reach = fields.Float(
        digits=(6, 4),
        required=True,
        default=1.0,
        help="Share of them who will know the product and can get it from us.",
    )
    per_buyer = fields.Float(
        string="Quantity per Buyer",
        digits="Product Unit",
        required=True,
        default=1.0,
        help="Over the whole horizon.",
    )
    conversion = fields.Float(
        compute="_compute_conversion",
        store=True,
        readonly=False,
        digits=(6, 4),
        help="Share of the intents that become purchases; proposed from earlier research "
        "of the company, 30 % without any.",
    )
    record_count = fields.Integer(
        string="Earlier Research", compute="_compute_record_count", store=True
    )
    demand = fields.Float(
        string="Expected Demand", compute="_compute_demand", digits="Product Unit"
    )
    demand_low = fields.Float(
        string="At Least (95 %)", compute="_compute_demand", digits="Product Unit"
    )
    demand_high = fields.Float(
        string="At Most (95 %)", compute="_compute_demand", digits="Product Unit"
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("applied", "In the Forecast"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    opinion_ids = fields.One2many(
        "forecast.opinion",
        "res_id",
        string="By Period",
        domain=[("res_model", "=", "forecast.research")],
    )
    actual = fields.Float(
        string="Actual So Far",
        compute="_compute_actual",
        digits="Product Unit",
        help="Demand of the periods that are over.",
    )

    _survey_range = models.Constraint(
        "CHECK (survey_size > 0 AND intend_count >= 0 AND intend_count <= survey_size)",
        "At least one person was asked, and no more intend to buy than were asked.",
    )
    _figures_range = models.Constraint(
        "CHECK (market_size > 0 AND per_buyer > 0 AND reach > 0 AND reach <= 1"
        " AND conversion >= 0 AND conversion <= 1 AND period_count BETWEEN 1 AND 60)",
        "Market and quantity per buyer are positive, reach and conversion lie between 0 "
        "and 100 %, the horizon between 1 and 60 periods.",
    )

    @api.constrains("warehouse_id", "plan_id")
    def _check_warehouse(self):
        for one in self:
            if one.warehouse_id and one.warehouse_id.company_id != one.company_id:
                raise ValidationError(
                    self.env._(
                        "Warehouse %(warehouse)s belongs to another company than plan "
                        "%(plan)s.",
                        warehouse=one.warehouse_id.name,
                        plan=one.plan_id.name,
                    )
                )

    def _intended(self):
        """Demand if every intent became a purchase."""
        self.ensure_one()
        if not self.survey_size:
            return 0.0
        return (
            self.market_size
            * self.reach
            * self.intend_count
            / self.survey_size
            * self.per_buyer
        )

    def _record(self):
        """Earlier research of the company whose whole horizon is over."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "applied"),
                ("id", "!=", self._origin.id),
            ]
        ).filtered(
            lambda old: old.opinion_ids and all(old.opinion_ids.mapped("scored"))
        )

    # two methods: a value given for one field would keep the other from being computed
    @api.depends("company_id")
    def _compute_conversion(self):
        from ...engine.surveys import calibrated_conversion

        for one in self:
            one.conversion = calibrated_conversion(
                [(old._intended(), old.actual) for old in one._record()]
            )

    @api.depends("company_id")
    def _compute_record_count(self):
        for one in self:
            one.record_count = len(one._record())

    @api.depends(
        "survey_size",
        "intend_count",
        "market_size",
        "reach",
        "per_buyer",
        "conversion",
    )
    def _compute_demand(self):
        from ...engine.surveys import intent_demand

        for one in self:
            try:
                result = intent_demand(
                    one.survey_size,
                    one.intend_count,
                    one.market_size,
                    one.reach,
                    one.conversion,
                    one.per_buyer,
                )
            except ValueError:
                # half-filled form: the constraints say what is wrong when it is saved
                one.intend_share = 0.0
                one.demand = one.demand_low = one.demand_high = 0.0
                continue
            one.intend_share = one.intend_count / one.survey_size
            one.demand = result.mean
            one.demand_low, one.demand_high = result.low, result.high

    @api.depends("opinion_ids.actual", "opinion_ids.scored")
    def _compute_actual(self):
        for one in self:
            one.actual = sum(one.opinion_ids.filtered("scored").mapped("actual"))

    def _shares(self, days):
        """Share of the horizon's demand in each period: as the statistical forecast has
        it, in equal parts where there is none."""
        from ...engine.opinions import spread

        domain = [
            ("plan_id", "=", self.plan_id.id),
            ("product_id", "=", self.product_id.id),
            ("date", "in", days),
        ]
        if self.warehouse_id:
            domain.append(("warehouse_id", "=", self.warehouse_id.id))
        found = dict(
            self.env["forecast.line"]._read_group(
                domain, ["date:day"], ["baseline:sum"]
            )
        )
        return spread(1.0, [found.get(day, 0.0) for day in days]).tolist()

    def action_apply(self):
        """Blend the expected demand into the forecast."""
        self.check_access("write")
        for one in self.filtered(lambda study: study.state != "applied"):
            first = one.plan_id._period_start(one.date_from)
            days = [
                first + STEPS[one.plan_id.grain] * index
                for index in range(one.period_count)
            ]
            if days[-1] < one.plan_id._period_start(fields.Date.context_today(one)):
                raise UserError(
                    self.env._("The horizon of %s lies in the past.", one.name)
                )
            one._withdraw()
            # sudo: opinions are made by requests, panels and research only
            rows = (
                self.env["forecast.opinion"]
                .sudo()
                .create(
                    [
                        {
                            "kind": "research",
                            "plan_id": one.plan_id.id,
                            "company_id": one.company_id.id,
                            "product_id": one.product_id.id,
                            "warehouse_id": one.warehouse_id.id,
                            "author_id": self.env.uid,
                            "date": day,
                            "quantity": one.demand * share,
                            "answered": True,
                            "res_model": one._name,
                            "res_id": one.id,
                            "reason": self.env._(
                                "%(name)s: %(count)s of %(size)s intend to buy",
                                name=one.name,
                                count=one.intend_count,
                                size=one.survey_size,
                            ),
                        }
                        for day, share in zip(days, one._shares(days), strict=True)
                    ]
                )
            )
            rows._publish(one)
            one.state = "applied"
        return True

    def _withdraw(self):
        self.env["forecast.adjustment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        # sudo: see action_apply; what has been scored stays as a record
        self.sudo().opinion_ids.filtered(lambda row: not row.scored).unlink()

    def action_withdraw(self):
        """Take it out of the forecast again."""
        self.check_access("write")
        self._withdraw()
        self.write({"state": "withdrawn"})
        return True

    def write(self, vals):
        """What is in the forecast is withdrawn before it is changed."""
        fixed = {name for name in vals if name in self._figures}
        if fixed and any(one.state == "applied" for one in self):
            raise UserError(
                self.env._(
                    "Withdraw the research from the forecast before you change it."
                )
            )
        return super().write(vals)

    _figures = frozenset(
        (
            "plan_id",
            "product_id",
            "warehouse_id",
            "date_from",
            "period_count",
            "survey_size",
            "intend_count",
            "market_size",
            "reach",
            "per_buyer",
            "conversion",
        )
    )

    def unlink(self):
        self._withdraw()
        return super().unlink()
