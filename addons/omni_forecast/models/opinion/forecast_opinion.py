# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OWN = {"basis", "quantity", "percent", "confidence", "reason", "answered"}


class ForecastOpinion(models.Model):
    """What somebody expects of one product or category in one period, and its record."""

    _name = "forecast.opinion"
    _description = "Forecast Opinion"
    _order = "product_id, categ_id, date, id"
    _rec_name = "item"

    request_id = fields.Many2one(
        "forecast.request", index="btree_not_null", ondelete="cascade", readonly=True
    )
    participant_id = fields.Many2one(
        "forecast.request.participant",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    res_model = fields.Char(string="Source Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", readonly=True
    )
    kind = fields.Selection(
        [
            ("expert", "Expert Opinion"),
            ("sales", "Sales, One Territory"),
            ("composite", "Sales-Force Composite"),
            ("delphi", "Delphi Panel"),
            ("research", "Market Research"),
        ],
        required=True,
        readonly=True,
    )
    author_id = fields.Many2one("res.users", index="btree_not_null", readonly=True)
    plan_id = fields.Many2one(
        "forecast.plan",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        groups="omni_forecast.group_forecast_reader",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", ondelete="cascade", readonly=True
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Category",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    item = fields.Char(compute="_compute_item")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    date = fields.Date(string="Period", required=True, readonly=True)
    hint = fields.Float(
        string="Forecast",
        digits="Product Unit",
        readonly=True,
        help="The statistical forecast, where the planner shows it.",
    )
    basis = fields.Selection(
        [("target", "Quantity"), ("percent", "Percent")],
        required=True,
        default="target",
        string="As",
        help="A quantity, or a change of the statistical forecast in percent.",
    )
    quantity = fields.Float(digits="Product Unit")
    percent = fields.Float(digits=(16, 1), aggregator=None)
    confidence = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], default="medium"
    )
    reason = fields.Char()
    answered = fields.Boolean(
        compute="_compute_answered", store=True, readonly=False, string="Given"
    )
    # from here on: what only planners see, and the record
    statistical = fields.Float(
        digits="Product Unit",
        readonly=True,
        groups="omni_forecast.group_forecast_reader",
        help="The statistical forecast of the same products and period when the opinion "
        "was given.",
    )
    expected = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="The quantity that the opinion comes to.",
        groups="omni_forecast.group_forecast_reader",
    )
    weight = fields.Float(
        digits=(16, 3), readonly=True, aggregator="avg", help="0 to 1, from the record."
    )
    record_count = fields.Integer(
        string="Scored So Far", readonly=True, aggregator=None
    )
    record_ratio = fields.Float(
        string="Error against Statistics",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="Mean squared error of this author over that of the statistical forecast, "
        "drawn towards the prior while the record is short. Under 1: better.",
    )
    weight_reason = fields.Char(
        string="Why This Weight", compute="_compute_weight_reason"
    )
    actual = fields.Float(
        digits="Product Unit",
        readonly=True,
        groups="omni_forecast.group_forecast_reader",
    )
    scored = fields.Boolean(
        readonly=True, help="The period is over and its demand known."
    )
    error = fields.Float(
        string="Error (opinion − actual)",
        compute="_compute_errors",
        digits="Product Unit",
        groups="omni_forecast.group_forecast_reader",
    )
    statistical_error = fields.Float(
        string="Error (statistical − actual)",
        compute="_compute_errors",
        digits="Product Unit",
        groups="omni_forecast.group_forecast_reader",
    )

    _quantity_range = models.Constraint(
        "CHECK (quantity >= 0 AND quantity < 1e15)",
        "An expected quantity is zero or more.",
    )
    _percent_range = models.Constraint(
        "CHECK (percent >= -100 AND percent <= 10000)",
        "A change lies between −100 % and +10,000 %.",
    )
    _one_item = models.Constraint(
        "CHECK ((product_id IS NULL) != (categ_id IS NULL))",
        "An opinion is about one product or one category.",
    )
    _source = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("product_id", "categ_id")
    def _compute_item(self):
        for one in self:
            one.item = one.product_id.display_name or one.categ_id.display_name

    @api.depends("quantity", "percent")
    def _compute_answered(self):
        for one in self:
            # a figure once given stays given; zero is entered by ticking "given"
            one.answered = one.answered or bool(one.quantity or one.percent)

    @api.depends("record_count", "record_ratio", "weight")
    @api.depends_context("lang")
    def _compute_weight_reason(self):
        for one in self:
            if not one.weight:
                one.weight_reason = False
            elif not one.record_count:
                one.weight_reason = self.env._(
                    "No opinion scored yet: the weight of a newcomer."
                )
            else:
                one.weight_reason = self.env._(
                    "%(count)s opinion(s) scored; squared error %(ratio).2f times that of "
                    "the statistical forecast.",
                    count=one.record_count,
                    ratio=one.record_ratio,
                )

    @api.depends("expected", "statistical", "actual", "scored")
    def _compute_errors(self):
        for one in self:
            one.error = one.expected - one.actual if one.scored else 0.0
            one.statistical_error = one.statistical - one.actual if one.scored else 0.0

    def write(self, vals):
        """Nobody changes another person's figure, nor one whose request is closed."""
        if not self.env.su:
            if set(vals) - OWN:
                raise AccessError(
                    self.env._(
                        "Of an opinion only quantity, percent, confidence and reason can "
                        "be changed."
                    )
                )
            for one in self:
                if one.author_id != self.env.user or not one.participant_id:
                    raise AccessError(
                        self.env._("An opinion is changed by its author only.")
                    )
                if one.request_id.state != "open":
                    raise UserError(self.env._("This request is closed."))
        result = super().write(vals)
        if not self.env.su and {"quantity", "percent", "basis"} & set(vals):
            # a grid already handed in counts as it stands now
            self.filtered(
                lambda one: one.participant_id.state == "answered"
            ).request_id._publish()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Opinions are asked for by a request."))
        return super().create(vals_list)
