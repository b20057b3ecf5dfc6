# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import timedelta

from odoo import fields, models


class ForecastRecommendation(models.Model):
    """Rows of proposals: what the kinds share, rules, and what people have dismissed."""

    _inherit = "forecast.recommendation"

    _proposed_columns = (
        "series_id",
        "plan_id",
        "company_id",
        "product_id",
        "warehouse_id",
        "kind",
        "abc",
        "state",
        "urgency",
        "priority",
        "money_effect",
        "days_left",
        "stockout_date",
        "missed",
        "missed_value",
        "on_hand",
        "incoming",
        "drafted",
        "outgoing",
        "position",
        "expected",
        "safety",
        "cycle",
        "moq",
        "lead_days",
        "lead_sd",
        "review_days",
        "service_level",
        "figures",
        "orderpoint_id",
        "rule_change",
        "min_before",
        "max_before",
        "min_after",
        "max_after",
        "quantity",
        "vendor_id",
        "supplierinfo_id",
        "purchase_uom_id",
        "purchase_qty",
        "order_date",
        "arrival_date",
        "break_gain",
        "source_warehouse_id",
        "source_free",
        "source_keep",
        "conflict",
        "auto_note",
    )

    def _row(self, plan, one, kind, figures=None, **values):
        """A row of the kind with all that the kinds share."""
        today = fields.Date.context_today(plan)
        lead = values.pop("within", one.lead_days)
        supply = one.supply
        figures = {
            "lead_source": supply.source,
            "receipts": supply.receipts,
            "stated_days": supply.stated_days,
            "lead_safety": round(one.lead_safety, 3),
            **(figures or {}),
        }
        return {
            "series_id": one.series_id,
            "plan_id": plan.id,
            "company_id": plan.company_id.id,
            "product_id": one.product_id,
            "warehouse_id": one.warehouse_id,
            "kind": kind,
            "abc": one.abc,
            "state": "proposed",
            "urgency": one.urgency(lead, plan.review_days),
            "priority": one.yearly_value,
            "days_left": one.days_left,
            "stockout_date": today + timedelta(days=one.days_left)
            if one.days_left >= 0
            else None,
            "missed": one.missed,
            "missed_value": one.missed * (one.price or one.cost),
            "on_hand": one.stock.on_hand,
            "incoming": one.stock.total("incoming"),
            "drafted": one.stock.drafted,
            "outgoing": one.stock.total("orders") + one.stock.total("other_out"),
            "position": one.position,
            "expected": one.expected,
            "safety": one.safety,
            "cycle": one.cycle,
            "moq": supply.moq,
            "lead_days": one.lead_days,
            "lead_sd": supply.lead_sd,
            "review_days": plan.review_days,
            "service_level": one.service,
            "figures": json.dumps(figures),
            "orderpoint_id": one.rule.id if one.rule else None,
            **values,
        }

    def _rule_rows(self, plan, states, dismissed):
        """Rows of changes of rules.

        None where the rule is locked or snoozed, where the change is too small, where the
        same levels were dismissed, or where the rules of a product lie on other locations
        of the warehouse than its stock.
        """
        rows = []
        for one in states:
            rule = one.rule
            active = bool(rule and rule.active)
            if rule and rule.forecast_locked or not rule and not plan.propose_new:
                continue
            if not active and one.maximum <= 0:
                continue
            if active and not self._matters(plan, one):
                continue
            if (one.minimum, one.maximum) in dismissed["rule"].get(one.series_id, ()):
                continue
            values = {
                "rule_change": "change"
                if active
                else "reactivate"
                if rule
                else "create",
                "min_before": rule.product_min_qty if rule else 0.0,
                "max_before": rule.product_max_qty if rule else 0.0,
                "min_after": one.minimum,
                "max_after": one.maximum,
                "money_effect": one.money,
            }
            row = self._row(plan, one, "rule", **values)
            if active and one.minimum <= rule.product_min_qty:
                # less stock is wanted: nothing is missed by waiting
                row["urgency"] = "0"
            rows.append(row)
        return rows

    def _dismissed(self, plan, states):
        """What people have dismissed, by kind.

        A rule: the same levels are not proposed again. A purchase or transfer: not for one
        review period (a day at least), unless it has become more urgent.

        :returns: {"rule": {series: {(min, max)}}, "purchase": {series: urgency},
            "transfer": {(series, source): urgency}}
        """
        since = fields.Datetime.now() - timedelta(days=max(1, plan.review_days))
        found = {"rule": {}, "purchase": {}, "transfer": {}}
        for one in self.sudo().search_fetch(
            [
                ("series_id", "in", [one.series_id for one in states]),
                ("state", "=", "dismissed"),
            ],
            [
                "series_id",
                "kind",
                "urgency",
                "done_at",
                "min_after",
                "max_after",
                "source_warehouse_id",
            ],
        ):
            series = one.series_id.id
            if one.kind == "rule":
                levels = (one.min_after, one.max_after)
                found["rule"].setdefault(series, set()).add(levels)
                continue
            if one.done_at and one.done_at < since:
                continue
            key = series
            if one.kind == "transfer":
                key = (series, one.source_warehouse_id.id)
            known = found[one.kind].get(key, "0")
            found[one.kind][key] = max(known, one.urgency)
        return found
