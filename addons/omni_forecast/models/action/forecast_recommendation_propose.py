# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.tools import SQL

from ...tools.bulk import bulk_insert
from ..plan.forecast_plan import GRAINS


class ForecastRecommendation(models.Model):
    """Making the proposals of a run."""

    _inherit = "forecast.recommendation"

    @api.model
    @api.private
    def _propose(self, run, plan, chunk, results):
        """Propose rule changes for some series of a run, and withdraw what is stale.

        Nothing is proposed where the rule is locked, where the change is too small,
        where the same levels were dismissed, or where the rules of a product lie on
        other locations of the warehouse than its stock.

        :param chunk: list of SeriesInput, their `series_id` known
        :returns: number of open proposals of these series
        """
        chunk = [one for one in chunk if one.uid in results.quantile]
        if not chunk:
            return 0
        rules, elsewhere = self._existing_rules(plan, chunk)
        levels, money = self._levels(plan, chunk, results, rules)
        dismissed = self._dismissed(chunk)
        columns = {name: [] for name in ("series_id", *self._proposed_columns)}
        for position, one in enumerate(chunk):
            key = (one.product_id, one.warehouse_id)
            rule = rules.get(key)
            if not rule and (not plan.propose_new or key in elsewhere):
                continue
            minimum = float(levels.minimum[position])
            maximum = float(levels.maximum[position])
            active = bool(rule and rule.active)
            if not active and maximum <= 0:
                continue
            before = (
                (rule.product_min_qty, rule.product_max_qty) if rule else (0.0, 0.0)
            )
            if rule and rule.forecast_locked:
                continue
            if active and not self._matters(plan, before, (minimum, maximum)):
                continue
            if (minimum, maximum) in dismissed.get(one.series_id, ()):
                continue
            row = {
                "series_id": one.series_id,
                "plan_id": plan.id,
                "run_id": run.id,
                "company_id": plan.company_id.id,
                "product_id": one.product_id,
                "warehouse_id": one.warehouse_id,
                "orderpoint_id": rule.id if rule else None,
                "kind": "change" if active else "reactivate" if rule else "create",
                "state": "proposed",
                "min_before": before[0],
                "max_before": before[1],
                "min_after": minimum,
                "max_after": maximum,
                "money_effect": float(money[position]),
                "priority": one.yearly_value,
                "expected": float(levels.expected[position]),
                "safety": float(levels.safety[position]),
                "cycle": float(levels.cycle[position]),
                "moq": one.moq,
                "lead_days": one.lead_days,
                "review_days": plan.review_days,
                "service_level": one.service,
                "conflict": None,
            }
            for name, value in row.items():
                columns[name].append(value)
        bulk_insert(
            self.env,
            "forecast.recommendation",
            columns,
            conflict=SQL("(series_id) WHERE state = 'proposed'"),
            update=self._proposed_columns,
        )
        self.search(
            [
                ("series_id", "in", [one.series_id for one in chunk]),
                ("series_id", "not in", columns["series_id"]),
                ("state", "=", "proposed"),
            ]
        ).write({"state": "obsolete"})
        return len(columns["series_id"])

    _proposed_columns = (
        "plan_id",
        "run_id",
        "company_id",
        "product_id",
        "warehouse_id",
        "orderpoint_id",
        "kind",
        "state",
        "min_before",
        "max_before",
        "min_after",
        "max_after",
        "money_effect",
        "priority",
        "expected",
        "safety",
        "cycle",
        "moq",
        "lead_days",
        "review_days",
        "service_level",
        "conflict",
    )

    def _matters(self, plan, before, after):
        """Whether a change is worth a person's look."""
        return any(
            abs(new - old) > max(plan.min_change * old, 1e-6)
            for old, new in zip(before, after, strict=True)
        )

    def _existing_rules(self, plan, chunk):
        """(rules at the warehouses' stock by (product, warehouse), keys of products
        that have active rules on other locations only)"""
        rules, elsewhere = {}, set()
        found = (
            self.env["stock.warehouse.orderpoint"]
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("product_id", "in", list({one.product_id for one in chunk})),
                    ("warehouse_id", "in", list({one.warehouse_id for one in chunk})),
                    ("company_id", "=", plan.company_id.id),
                ],
                [
                    "product_id",
                    "warehouse_id",
                    "location_id",
                    "active",
                    "product_min_qty",
                    "product_max_qty",
                    "forecast_locked",
                    "replenishment_uom_id",
                ],
            )
        )
        for rule in found:
            key = (rule.product_id.id, rule.warehouse_id.id)
            if rule.location_id == rule.warehouse_id.lot_stock_id:
                rules[key] = rule
            elif rule.active:
                elsewhere.add(key)
        return rules, elsewhere

    def _levels(self, plan, chunk, results, rules):
        """Levels and money effect of the chunk (arrays, see `engine.reorder`)."""
        import numpy as np

        from ...engine.reorder import reorder_levels, stock_value_change

        unit = self.env.ref("uom.product_uom_unit")
        products = self.env["product.product"].browse({one.product_id for one in chunk})
        # whole pieces for what is counted, the precision of quantities for the rest
        steps, factors = {}, {}
        for product in products:
            uom = product.uom_id
            counted = uom._has_common_reference(unit)
            steps[product.id] = 1.0 if counted else uom.rounding
            factors[product.id] = uom.factor
        at = [rules.get((one.product_id, one.warehouse_id)) for one in chunk]
        means = [results.means(one.uid) for one in chunk]
        levels = reorder_levels(
            quantile=[results.quantile[one.uid] for one in chunk],
            mean_total=[results.total(one.uid, one.periods) for one in chunk],
            mean_period=[sum(values) / len(values) for values in means],
            periods=[one.periods for one in chunk],
            lead_days=[one.lead_days for one in chunk],
            review_days=plan.review_days,
            freq=GRAINS[plan.grain][0],
            step=[steps[one.product_id] for one in chunk],
            moq=[one.moq for one in chunk],
            multiple=[
                rule.replenishment_uom_id.factor / factors[one.product_id]
                if rule and rule.replenishment_uom_id
                else 0.0
                for one, rule in zip(chunk, at, strict=True)
            ],
        )
        money = stock_value_change(
            (
                [rule.product_min_qty if rule else 0.0 for rule in at],
                [rule.product_max_qty if rule else 0.0 for rule in at],
            ),
            (levels.minimum, levels.maximum),
            np.array([one.cost for one in chunk]),
            levels.expected,
            [not rule or not rule.active for rule in at],
        )
        return levels, money

    def _dismissed(self, chunk):
        """series id -> {(min, max)} that a person has dismissed."""
        found = {}
        rows = self._read_group(
            [
                ("series_id", "in", [one.series_id for one in chunk]),
                ("state", "=", "dismissed"),
            ],
            ["series_id", "min_after", "max_after"],
        )
        for series, minimum, maximum in rows:
            found.setdefault(series.id, set()).add((minimum, maximum))
        return found
