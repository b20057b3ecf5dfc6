# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastRecommendation(models.Model):
    """Reordering rules: minimum and maximum."""

    _inherit = "forecast.recommendation"

    orderpoint_id = fields.Many2one(
        "stock.warehouse.orderpoint",
        string="Reordering Rule",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    rule_change = fields.Selection(
        [("change", "Change"), ("create", "New Rule"), ("reactivate", "Reactivate")],
        string="What Is Done",
        readonly=True,
    )
    min_before = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    max_before = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    min_after = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    max_after = fields.Float(digits="Product Unit", readonly=True, aggregator=None)

    def _change_text_rule(self):
        if self.rule_change == "create":
            before = self.env._("none")
        else:
            before = f"{self.min_before:g} / {self.max_before:g}"
        return f"{before} → {self.min_after:g} / {self.max_after:g}"

    def _reason_rule(self):
        text = self.env._(
            "%(lead)g days of lead time and %(review)g of review: %(expected).4g "
            "%(unit)s expected, %(safety).4g of safety stock for a service level of "
            "%(service).1f %%. The maximum adds %(lot).4g: the demand of one review "
            "period or the vendor's minimum, whichever is more.",
            lead=self.lead_days,
            review=self.review_days,
            expected=self.expected,
            unit=self.uom_id.name,
            safety=self.safety,
            service=100 * self.service_level,
            lot=self.max_after - self.min_after,
        )
        return f"{text} {self._lead_text()}".strip()

    def _lead_text(self):
        """Where the lead time comes from."""
        figures = self.figures or {}
        source = figures.get("lead_source")
        values = {
            "count": figures.get("receipts", 0),
            "stated": figures.get("stated_days", 0.0),
            "mean": self.lead_days,
            "sd": self.lead_sd,
            "safety": figures.get("lead_safety", 0.0),
        }
        if source == "product":
            text = self.env._(
                "Measured on %(count)s receipts of this product: %(mean).3g ± %(sd).2g "
                "days (stated: %(stated)g).",
                **values,
            )
        elif source == "vendor":
            text = self.env._(
                "From %(count)s receipts of this vendor's other products: %(mean).3g ± "
                "%(sd).2g days (stated: %(stated)g).",
                **values,
            )
        elif source == "made":
            return self.env._("Lead time of the bill of materials.")
        else:
            return ""
        if values["safety"] > 0:
            text += " " + self.env._(
                "The variation of the lead time alone asks for %(safety).4g of safety "
                "stock (z × demand of a day × deviation).",
                **values,
            )
        return text

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

    def _apply_conflict_rule(self):
        """Why the proposal cannot be applied, or False."""
        rule = self._rule()
        name = self.display_name
        if rule.forecast_locked:
            return self.env._("The rule of %s is locked against forecasts.", name)
        if self.rule_change == "change" and not rule:
            return self.env._("The rule of %s was deleted since the proposal.", name)
        if self.rule_change == "change" and not rule.active:
            return self.env._("The rule of %s was archived since the proposal.", name)
        if self.rule_change != "change" and rule.active:
            return self.env._(
                "A rule of %(name)s was made since the proposal (%(min)g / %(max)g). "
                "Run the plan again.",
                name=name,
                min=rule.product_min_qty,
                max=rule.product_max_qty,
            )
        if self.rule_change == "change" and self._differs(
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

    def _apply_rules(self):
        """Apply proposals of rules. :returns: dict recommendation -> why not"""
        return self._together(
            lambda one: one._apply_conflict_rule(), lambda some: some._write_rules()
        )

    def _write_rules(self):
        """Write the proposed levels; all new rules are made at once."""
        new, values = self.browse(), []
        for one in self:
            rule = one._rule()
            levels = {
                "product_min_qty": one.min_after,
                "product_max_qty": one.max_after,
            }
            if rule:
                if not rule.active:
                    levels["active"] = True
                rule.write(levels)
                one.sudo().orderpoint_id = rule
                continue
            new |= one
            values.append(
                {
                    **levels,
                    "product_id": one.product_id.id,
                    "warehouse_id": one.warehouse_id.id,
                    "location_id": one.warehouse_id.lot_stock_id.id,
                    "company_id": one.company_id.id,
                    "trigger": one.plan_id.rule_trigger,
                }
            )
        made = self.env["stock.warehouse.orderpoint"].create(values)
        for one, rule in zip(new, made, strict=True):
            one.sudo().orderpoint_id = rule

    def _undo_conflict_rule(self):
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

    def _undo_rules(self):
        """Take back applied rules. :returns: dict recommendation -> why not"""
        return self._together(
            lambda one: one._undo_conflict_rule(), lambda some: some._restore_rules()
        )

    def _restore_rules(self):
        for one in self:
            levels = {
                "product_min_qty": one.min_before,
                "product_max_qty": one.max_before,
            }
            if one.rule_change == "create":
                # kept and archived: documents that the rule brought about point to it
                levels = {"active": False}
            elif one.rule_change == "reactivate":
                levels["active"] = False
            one._rule().write(levels)
