# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

# fields that decide what becomes of a forecast, not the forecast itself: changing them
# must not make the next run forecast everything anew
ACTION_FIELDS = {
    "propose_new",
    "rule_trigger",
    "min_change",
    "propose_purchases",
    "propose_transfers",
    "holding_rate",
    "order_cost",
    "cover_days",
    "publish_estimates",
    "minutes_line",
    "auto_apply",
    "auto_rules",
    "auto_new_rules",
    "auto_purchases",
    "auto_transfers",
    "auto_a",
    "auto_b",
    "auto_c",
    "auto_max_change",
    "auto_max_value",
    "auto_max_total",
}


class ForecastPlan(models.Model):
    """What is proposed, and what is done without asking."""

    _inherit = "forecast.plan"

    propose_purchases = fields.Boolean(
        default=True,
        help="Propose an order where stock and what is on order fall below the reorder "
        "point.",
    )
    propose_transfers = fields.Boolean(
        default=True,
        help="Before anything is ordered, propose to move what another warehouse of the "
        "plan holds above its own maximum.",
    )
    holding_rate = fields.Float(
        string="Holding Cost",
        digits=(6, 4),
        default=0.20,
        help="Cost of keeping stock for a year, as a share of its value: money, space, "
        "ageing. 20 % is the usual start. It decides whether a price break pays.",
    )
    order_cost = fields.Monetary(
        string="Cost of an Order Line",
        default=0.0,
        help="Work of ordering and receiving one line. It speaks for fewer, larger orders.",
    )
    cover_days = fields.Integer(
        string="Longest Cover",
        default=365,
        help="A price break is not taken when the quantity would last longer than these "
        "days.",
    )
    publish_estimates = fields.Boolean(
        string="Publish Demand Estimates",
        help="After each run, write the final forecast by period to Odoo's demand "
        "estimates (stock.demand.estimate), which other apps plan with. Estimates made by "
        "hand are never touched.",
    )
    minutes_line = fields.Float(
        string="Minutes per Line",
        default=2.0,
        help="Time to pick and pack one order line; turns the expected workload into hours.",
    )

    auto_apply = fields.Boolean(
        string="Apply by Itself",
        help="After each run, recommendations inside the limits below are applied without "
        "asking, with the planner's rights. The others stay proposals and say why.",
    )
    auto_rules = fields.Boolean(string="Changes of Rules", default=True)
    auto_new_rules = fields.Boolean(string="New Rules")
    auto_purchases = fields.Boolean(string="Purchases (drafts)")
    auto_transfers = fields.Boolean(string="Transfers")
    auto_a = fields.Boolean(string="Class A")
    auto_b = fields.Boolean(string="Class B", default=True)
    auto_c = fields.Boolean(string="Class C", default=True)
    auto_max_change = fields.Float(
        string="Largest Change",
        digits=(6, 4),
        default=0.25,
        help="Largest change of minimum or maximum of a rule, as a share of what it was.",
    )
    auto_max_value = fields.Monetary(
        string="Largest Value",
        default=1000.0,
        help="Largest money effect of one recommendation.",
    )
    auto_max_total = fields.Monetary(
        string="Largest Value of a Run",
        default=10000.0,
        help="Largest sum of the money effects of one run; the most urgent come first.",
    )
    batch_count = fields.Integer(string="Decisions", compute="_compute_batch_count")
    estimate_count = fields.Integer(
        string="Published Estimates", compute="_compute_estimate_count"
    )

    _action_range = models.Constraint(
        "CHECK (holding_rate >= 0 AND order_cost >= 0 AND cover_days >= 0"
        " AND minutes_line >= 0 AND auto_max_change >= 0 AND auto_max_value >= 0"
        " AND auto_max_total >= 0)",
        "Holding cost, order cost, longest cover, minutes per line and the limits of the "
        "automatic mode must not be negative.",
    )

    def _compute_batch_count(self):
        counts = dict(
            self.env["forecast.batch"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.batch_count = counts.get(plan, 0)

    def _compute_estimate_count(self):
        # sudo: the count is the plan's own; only inventory people may read estimates
        counts = dict(
            self.env["stock.demand.estimate"]
            .sudo()
            ._read_group(
                [("forecast_plan_id", "in", self.ids)],
                ["forecast_plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.estimate_count = counts.get(plan, 0)

    def _auto_kinds(self):
        self.ensure_one()
        wanted = (
            ("rule", self.auto_rules),
            ("purchase", self.auto_purchases),
            ("transfer", self.auto_transfers),
        )
        return [kind for kind, on in wanted if on]

    def _auto_classes(self):
        self.ensure_one()
        wanted = (("A", self.auto_a), ("B", self.auto_b), ("C", self.auto_c))
        return [name for name, on in wanted if on]

    def action_open_batches(self):
        return self._action_open("omni_forecast.action_forecast_batch")

    def action_open_workload(self):
        return self._action_open("omni_forecast.action_forecast_workload")

    def action_open_estimates(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Published Estimates"),
            "res_model": "stock.demand.estimate",
            "view_mode": "list",
            "domain": [("forecast_plan_id", "=", self.id)],
        }
