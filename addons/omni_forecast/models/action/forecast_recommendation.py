# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

STATES = [
    ("proposed", "Proposed"),
    ("applied", "Applied"),
    ("dismissed", "Dismissed"),
    ("undone", "Undone"),
    ("obsolete", "Obsolete"),
]


class ForecastRecommendation(models.Model):
    _name = "forecast.recommendation"
    _description = "Reordering Rule Recommendation"
    _order = "priority desc, id"

    # Written in bulk by _propose; no stored computed field may be added here.
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
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", readonly=True
    )
    orderpoint_id = fields.Many2one(
        "stock.warehouse.orderpoint",
        string="Reordering Rule",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    kind = fields.Selection(
        [("change", "Change"), ("create", "New Rule"), ("reactivate", "Reactivate")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        STATES, required=True, default="proposed", index=True, readonly=True
    )
    min_before = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    max_before = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    min_after = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    max_after = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    change_text = fields.Char(string="Min / Max", compute="_compute_texts")
    reason = fields.Text(compute="_compute_texts")
    money_effect = fields.Monetary(
        string="Stock Value Effect",
        readonly=True,
        help="Change of the average stock's value at cost: half of the sum of the "
        "changes of minimum and maximum, times the cost.",
    )
    priority = fields.Float(
        readonly=True,
        aggregator=None,
        help="Value of a year: what matters comes first.",
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
    review_days = fields.Integer(
        string="Review Period (days)", readonly=True, aggregator=None
    )
    service_level = fields.Float(digits=(6, 4), readonly=True, aggregator=None)
    conflict = fields.Char(
        readonly=True, help="Why the last attempt to apply or undo changed nothing."
    )
    done_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    done_at = fields.Datetime(string="Decided on", readonly=True)

    _one_open_per_series = models.UniqueIndex(
        "(series_id) WHERE state = 'proposed'",
        "A forecast has one open recommendation at most.",
    )

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = (
                f"{one.product_id.display_name} – {one.warehouse_id.code}"
            )

    @api.depends("min_before", "max_before", "min_after", "max_after", "lead_days")
    def _compute_texts(self):
        for one in self:
            if one.kind == "create":
                before = self.env._("none")
            else:
                before = f"{one.min_before:g} / {one.max_before:g}"
            one.change_text = f"{before} → {one.min_after:g} / {one.max_after:g}"
            one.reason = self.env._(
                "%(lead)g days of lead time and %(review)g of review: %(expected).4g "
                "%(unit)s expected, %(safety).4g of safety stock for a service level of "
                "%(service).1f %%. The maximum adds %(lot).4g: the demand of one review "
                "period or the vendor's minimum, whichever is more.",
                lead=one.lead_days,
                review=one.review_days,
                expected=one.expected,
                unit=one.uom_id.name,
                safety=one.safety,
                service=100 * one.service_level,
                lot=one.max_after - one.min_after,
            )

    # Actions

    def action_apply(self):
        """Write the proposed levels to the reordering rules.

        Proposals whose rule is locked or was changed meanwhile stay open and say so.
        Applying twice changes nothing.
        """
        self._check_planner()
        todo = self.filtered(
            lambda one: one.state in ("proposed", "undone", "dismissed")
        )
        todo = todo._lock_rows()
        applied = self.browse()
        for one in todo:
            conflict = one._apply_conflict()
            if conflict:
                one.conflict = conflict
            else:
                one._apply_one()
                applied |= one
        applied._decide("applied")
        return self._tell(applied, self.env._("applied"))

    def action_dismiss(self):
        """Close proposals without changing a rule; the same one is not made again."""
        self._check_planner()
        todo = self.filtered(lambda one: one.state == "proposed")
        todo._decide("dismissed")
        return self._tell(todo, self.env._("dismissed"))

    def action_undo(self):
        """Give the rules the levels they had before; archive a rule that was new."""
        self._check_planner()
        todo = self.filtered(lambda one: one.state in ("applied", "dismissed"))
        todo = todo._lock_rows()
        undone = self.browse()
        for one in todo:
            if one.state == "dismissed":
                undone |= one
                continue
            conflict = one._undo_conflict()
            if conflict:
                one.conflict = conflict
            else:
                one._undo_one()
                undone |= one
        dismissed = undone.filtered(lambda one: one.state == "dismissed")
        open_series = self.search(
            [("series_id", "in", dismissed.series_id.ids), ("state", "=", "proposed")]
        ).series_id
        reopened = dismissed.filtered(lambda one: one.series_id not in open_series)
        reopened.write({"state": "proposed", "done_by_id": False, "done_at": False})
        (undone - reopened)._decide("undone")
        return self._tell(undone, self.env._("undone"))

    def action_open_series(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "forecast.series",
            "res_id": self.series_id.id,
            "views": [(False, "form")],
        }

    def _check_planner(self):
        self.check_access("write")

    def _lock_rows(self):
        """Lock proposals and rules against a colleague who clicks at the same time."""
        if self:
            self.lock_for_update()
            rules = self.with_context(active_test=False).orderpoint_id
            if rules:
                rules.lock_for_update()
                rules.invalidate_recordset()
            self.invalidate_recordset()
        return self

    def _decide(self, state):
        self.write(
            {
                "state": state,
                "conflict": False,
                "done_by_id": self.env.uid,
                "done_at": fields.Datetime.now(),
            }
        )

    def _tell(self, done, verb):
        """Notification with the outcome; refreshes the view."""
        left = self - done
        message = self.env._(
            "%(count)s recommendation(s) %(verb)s.", count=len(done), verb=verb
        )
        if left:
            reasons = list(dict.fromkeys(left.filtered("conflict").mapped("conflict")))
            message += " " + self.env._("%s left as they are.", len(left))
            if reasons:
                message += " " + " ".join(reasons[:3])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # One rule

    def _rule(self):
        """The rule of the product at the warehouse's stock, archived ones too."""
        self.ensure_one()
        return self.orderpoint_id or self.env[
            "stock.warehouse.orderpoint"
        ].with_context(active_test=False).search(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "=", self.warehouse_id.lot_stock_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )

    def _differs(self, rule, minimum, maximum):
        uom = self.product_id.uom_id
        return bool(
            uom.compare(rule.product_min_qty, minimum)
            or uom.compare(rule.product_max_qty, maximum)
        )

    def _apply_conflict(self):
        """Why the proposal cannot be applied, or False."""
        rule = self._rule()
        name = self.display_name
        if rule.forecast_locked:
            return self.env._("The rule of %s is locked against forecasts.", name)
        if self.kind == "change" and not rule:
            return self.env._("The rule of %s was deleted since the proposal.", name)
        if self.kind == "change" and not rule.active:
            return self.env._("The rule of %s was archived since the proposal.", name)
        if self.kind != "change" and rule.active:
            return self.env._(
                "A rule of %(name)s was made since the proposal (%(min)g / %(max)g). "
                "Run the plan again.",
                name=name,
                min=rule.product_min_qty,
                max=rule.product_max_qty,
            )
        if self.kind == "change" and self._differs(
            rule, self.min_before, self.max_before
        ):
            return self.env._(
                "The rule of %(name)s was changed since the proposal: %(old_min)g / "
                "%(old_max)g then, %(min)g / %(max)g now. Run the plan again.",
                name=name,
                old_min=self.min_before,
                old_max=self.max_before,
                min=rule.product_min_qty,
                max=rule.product_max_qty,
            )
        return False

    def _apply_one(self):
        rule = self._rule()
        levels = {"product_min_qty": self.min_after, "product_max_qty": self.max_after}
        if rule:
            if not rule.active:
                levels["active"] = True
            rule.write(levels)
        else:
            rule = self.env["stock.warehouse.orderpoint"].create(
                {
                    **levels,
                    "product_id": self.product_id.id,
                    "warehouse_id": self.warehouse_id.id,
                    "location_id": self.warehouse_id.lot_stock_id.id,
                    "company_id": self.company_id.id,
                    "trigger": self.plan_id.rule_trigger,
                }
            )
        self.orderpoint_id = rule

    def _undo_conflict(self):
        """Why the applied change cannot be taken back, or False."""
        rule = self._rule()
        if not rule:
            return self.env._(
                "The rule of %s was deleted; there is nothing to undo.",
                self.display_name,
            )
        if rule.forecast_locked:
            return self.env._(
                "The rule of %s is locked against forecasts.", self.display_name
            )
        if self._differs(rule, self.min_after, self.max_after):
            return self.env._(
                "The rule of %(name)s was changed after it was applied (%(min)g / "
                "%(max)g now); it is left as it is.",
                name=self.display_name,
                min=rule.product_min_qty,
                max=rule.product_max_qty,
            )
        return False

    def _undo_one(self):
        rule = self._rule()
        levels = {
            "product_min_qty": self.min_before,
            "product_max_qty": self.max_before,
        }
        if self.kind == "create":
            # kept and archived: documents that the rule brought about point to it
            rule.write({"active": False})
        elif self.kind == "reactivate":
            rule.write({**levels, "active": False})
        else:
            rule.write(levels)

    def _money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(one.state == "applied" for one in self):
            raise UserError(
                self.env._(
                    "An applied recommendation is the record of who changed a rule and "
                    "why; undo it first."
                )
            )
