# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("proposed", "Proposed"),
    ("applied", "Applied"),
    ("dismissed", "Dismissed"),
    ("undone", "Undone"),
    ("obsolete", "Obsolete"),
]
KINDS = [
    ("rule", "Reordering Rule"),
    ("purchase", "Purchase"),
    ("transfer", "Transfer"),
]


class ForecastRecommendation(models.Model):
    _name = "forecast.recommendation"
    _description = "Forecast Recommendation"
    _order = "urgency desc, missed_value desc, priority desc, id"

    # Written in bulk by _refresh; no stored computed field may be added here.
    series_id = fields.Many2one(
        "forecast.series",
        string="Forecast",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade", readonly=True
    )
    run_id = fields.Many2one(
        "forecast.run", index="btree_not_null", ondelete="set null", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade", readonly=True
    )
    categ_id = fields.Many2one(related="product_id.categ_id", string="Category")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", readonly=True
    )
    kind = fields.Selection(KINDS, required=True, default="rule", readonly=True)
    abc = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True
    )
    state = fields.Selection(
        STATES, required=True, default="proposed", index=True, readonly=True
    )
    urgency = fields.Selection(
        [("0", "None"), ("1", "Low"), ("2", "High"), ("3", "Critical")],
        required=True,
        default="0",
        readonly=True,
        help="Critical: stock runs out before anything ordered today could arrive. High: "
        "it runs out before what is ordered at the next review could arrive. Low: later. "
        "None: nothing is missed.",
    )
    priority = fields.Float(
        readonly=True,
        aggregator=None,
        help="Value of a year: what matters comes first.",
    )
    money_effect = fields.Monetary(
        string="Money",
        readonly=True,
        help="Rule: change of the average stock's value at cost (half of the sum of the "
        "changes of minimum and maximum, times the cost). Purchase: value of the order. "
        "Transfer: cost of moving.",
    )
    # what happens if nothing is done
    days_left = fields.Integer(
        string="Days until Stock-out",
        readonly=True,
        aggregator=None,
        help="-1: not in sight of the forecast.",
    )
    stockout_date = fields.Date(string="Stock-out", readonly=True)
    missed = fields.Float(
        string="Missed Units", digits="Product Unit", readonly=True, aggregator=None
    )
    missed_value = fields.Monetary(
        string="Missed Sales",
        readonly=True,
        help="Demand at sales price that cannot be delivered if nothing is done within "
        "lead time and review period.",
    )
    # stock it was reckoned with
    on_hand = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    incoming = fields.Float(
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Confirmed receipts and transfers on their way.",
    )
    drafted = fields.Float(
        string="In Draft Orders",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="In requests for quotation that are not confirmed.",
    )
    outgoing = fields.Float(
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Issues booked: customers' orders and transfers to elsewhere.",
    )
    position = fields.Float(
        string="Stock Position",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="On hand, incoming and in draft orders, less what is due to customers "
        "already, other issues, and booked orders beyond the forecast.",
    )
    expected = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    safety = fields.Float(
        string="Safety Stock", digits="Product Unit", readonly=True, aggregator=None
    )
    cycle = fields.Float(
        string="Cycle Demand", digits="Product Unit", readonly=True, aggregator=None
    )
    moq = fields.Float(
        string="Vendor Minimum", digits="Product Unit", readonly=True, aggregator=None
    )
    lead_days = fields.Float(string="Lead Time (days)", readonly=True, aggregator=None)
    lead_sd = fields.Float(
        string="Lead Time Deviation (days)", readonly=True, aggregator=None
    )
    review_days = fields.Integer(
        string="Review Period (days)", readonly=True, aggregator=None
    )
    service_level = fields.Float(digits=(6, 4), readonly=True, aggregator=None)
    figures = fields.Json(readonly=True, help="Further numbers the reason rests on.")

    change_text = fields.Char(string="Before → After", compute="_compute_texts")
    reason = fields.Text(compute="_compute_texts")
    consequence = fields.Text(string="If Not Done", compute="_compute_texts")
    conflict = fields.Char(
        readonly=True, help="Why the last attempt to apply or undo changed nothing."
    )
    auto_note = fields.Json(
        readonly=True, help="Why the automatic mode left it to a person."
    )
    auto_text = fields.Char(string="Left to You", compute="_compute_auto_text")
    done_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    done_at = fields.Datetime(string="Decided on", readonly=True)
    batch_id = fields.Many2one(
        "forecast.batch",
        string="Decision",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")

    _one_open = models.UniqueIndex(
        "(series_id, kind, COALESCE(source_warehouse_id, 0)) WHERE state = 'proposed'",
        "A forecast has one open recommendation of a kind and source at most.",
    )

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = (
                f"{one.product_id.display_name} – {one.warehouse_id.code}"
            )

    @api.depends("kind", "figures", "min_after", "max_after", "quantity", "missed")
    @api.depends_context("lang")
    def _compute_texts(self):
        for one in self:
            one.change_text = getattr(one, f"_change_text_{one.kind}")()
            one.reason = getattr(one, f"_reason_{one.kind}")()
            one.consequence = one._consequence()

    def _consequence(self):
        """What happens if nothing is done."""
        self.ensure_one()
        if self.days_left < 0:
            return self.env._("No stock-out in sight of the forecast.")
        values = {
            "date": fields.Date.to_string(self.stockout_date),
            "days": self.days_left,
            "missed": f"{self.missed:.4g}",
            "unit": self.uom_id.name,
            "value": self.currency_id.format(self.missed_value),
        }
        if self.missed > 0:
            return self.env._(
                "Stock runs out on %(date)s, in %(days)s day(s); until an order placed "
                "later could arrive some %(missed)s %(unit)s are missed, sales of "
                "%(value)s.",
                **values,
            )
        return self.env._(
            "Stock runs out on %(date)s, in %(days)s day(s); there is time to order later.",
            **values,
        )

    @api.depends("auto_note")
    @api.depends_context("lang")
    def _compute_auto_text(self):
        for one in self:
            one.auto_text = one._auto_text(one.auto_note) if one.auto_note else False

    @api.depends("kind")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        planner = self.has_access("write")
        buyer = self.env.user.has_group("purchase.group_purchase_user")
        for one in self:
            one.can_decide = planner or (buyer and one.kind == "purchase")

    def action_open_series(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "forecast.series",
            "res_id": self.series_id.id,
            "views": [(False, "form")],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(one.state == "applied" for one in self):
            raise UserError(
                self.env._(
                    "An applied recommendation is the record of who changed what and "
                    "why; undo it first."
                )
            )
