# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...tools.bulk import bulk_insert
from ..plan.forecast_plan import GRAINS
from .forecast_recommendation import KINDS
from .recommendation_state import State

CHUNK = 2000
AHEAD = 400  # days of stock looked at


class ForecastRecommendation(models.Model):
    """Making proposals, set-based, from what series, stock and price lists say now."""

    _inherit = "forecast.recommendation"

    @api.model
    def _refresh(self, series, kinds=None, run=None):
        """Propose for these series what forecast and stock ask for now, and withdraw what
        is stale.

        Purchases and transfers depend on the other warehouses of a product: they are
        reckoned for all series of the same products in the plan.

        Rows are written by SQL: whoever lets a forecast change (a run, a planner, the
        adjustments that opinions become) need not be allowed to write recommendations.

        :param series: forecast.series
        :param kinds: "rule", "purchase", "transfer"; all that the plan wants by default
        :returns: number of open proposals of these kinds and series
        """
        count = 0
        for plan, some in series.grouped("plan_id").items():
            plan = plan.with_company(plan.company_id)
            count += self.with_company(plan.company_id)._refresh_plan(
                plan, some.ids, kinds or [kind for kind, _label in KINDS], run
            )
        return count

    @api.model
    def _propose(self, run, plan, chunk, results):
        """Proposals of rules for the series that a run has just written.

        :param chunk: list of SeriesInput, their `series_id` known
        :returns: number of open proposals of these series
        """
        ids = [one.series_id for one in chunk if one.uid in results.quantile]
        return self._refresh_plan(plan, ids, ["rule"], run) if ids else 0

    def _refresh_plan(self, plan, series_ids, kinds, run=None):
        if plan.partial_demand:
            # part of the demand says nothing about what a warehouse needs
            self.sudo().search(
                [("plan_id", "=", plan.id), ("state", "=", "proposed")]
            ).write({"state": "obsolete"})
            return 0
        moving = [kind for kind in kinds if kind != "rule"]
        total = 0
        if moving:
            products = self.env["forecast.series"]._read_group(
                [("id", "in", series_ids)], [], ["product_id:array_agg_distinct"]
            )[0][0]
            # all places of a product in one go: what one lacks another may spare
            for some in split_every(CHUNK // 2, sorted(products or []), list):
                states = self._states(plan, [("product_id", "in", some)])
                total += self._write_proposals(plan, states, kinds, run)
            return total
        for some in split_every(CHUNK, series_ids, list):
            states = self._states(plan, [("id", "in", some)])
            total += self._write_proposals(plan, states, kinds, run)
        return total

    # Reading

    def _states(self, plan, domain):
        """State of the plan's active series, with supply, rule, levels and stock."""
        series = self.env["forecast.series"]
        domain = [*domain, ("plan_id", "=", plan.id), ("active", "=", True)]
        # a kit is forecast, but only its components are on stock
        domain.append(("product_id.is_storable", "=", True))
        if "team_id" in series._fields:
            # rules and orders are made for places; channels are a split of them
            domain.append(("team_id", "=", False))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
SELECT series.id, series.product_id, series.warehouse_id, series.lead_periods,
       series.lead_mean::float8, series.lead_quantile::float8,
       series.service_level::float8, series.abc, series.yearly_demand::float8,
       series.yearly_value::float8,
       array_agg(line.date ORDER BY line.date),
       array_agg(line.mean::float8 ORDER BY line.date)
  FROM forecast_series series
  JOIN forecast_line line ON line.series_id = series.id
 WHERE series.id IN %s AND series.lead_quantile IS NOT NULL
GROUP BY series.id
ORDER BY series.product_id, series.warehouse_id
""",
                series.sudo()._search(domain).subselect(),
            )
        )
        states = [State(*row) for row in rows]
        if not states:
            return states
        product_ids = list({one.product_id for one in states})
        supplies = plan.read_supply(product_ids)
        receiving = plan._receiving_days()
        costs = plan.read_costs(product_ids)
        rules, elsewhere = self._existing_rules(plan, states)
        unit = self.env.ref("uom.product_uom_unit")
        steps = {
            # whole pieces for what is counted, the precision of quantities for the rest
            product.id: 1.0
            if product.uom_id._has_common_reference(unit)
            else product.uom_id.rounding
            for product in self.env["product.product"].browse(product_ids)
        }
        for one in states:
            one.supply = supplies[one.product_id]
            one.lead_days = one.supply.lead_days + receiving.get(one.warehouse_id, 0.0)
            one.cost, one.price = costs[one.product_id]
            one.step = steps[one.product_id]
            one.rule = rules.get(one.key)
            one.elsewhere = one.key in elsewhere
        self._set_levels(plan, states)
        self._set_stock(plan, states)
        return states

    def _existing_rules(self, plan, states):
        """(rules at the warehouses' stock by (product, warehouse), keys of products
        that have active rules on other locations only)"""
        rules, elsewhere = {}, set()
        # sudo: a contributor's opinion may change a proposal though he or she reads no rule
        found = (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("product_id", "in", list({one.product_id for one in states})),
                    ("warehouse_id", "in", list({one.warehouse_id for one in states})),
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
                    "snoozed_until",
                    "supplier_id",
                    "route_id",
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
        return rules, elsewhere - set(rules)

    def _set_levels(self, plan, states):
        """Levels the forecast asks for, and their money effect (see `engine.reorder`)."""
        import numpy as np

        from ...engine.reorder import (
            PERIOD_DAYS,
            lead_safety,
            reorder_levels,
            stock_value_change,
        )

        freq = GRAINS[plan.grain][0]
        products = self.env["product.product"]
        periods = np.array([one.periods for one in states])
        mean_total = [one.lead_mean or 0.0 for one in states]
        lead_sd = np.array([one.supply.lead_sd for one in states])
        service = np.array([one.service for one in states])
        levels = reorder_levels(
            quantile=[one.quantile for one in states],
            mean_total=mean_total,
            mean_period=[sum(one.means) / len(one.means) for one in states],
            periods=periods,
            lead_days=[one.lead_days for one in states],
            review_days=plan.review_days,
            freq=freq,
            step=[one.step for one in states],
            moq=[one.supply.moq for one in states],
            multiple=[
                one.rule.replenishment_uom_id.factor
                / products.browse(one.product_id).uom_id.factor
                if one.rule and one.rule.replenishment_uom_id
                else 0.0
                for one in states
            ],
            lead_sd=lead_sd,
            service=service,
        )
        daily = np.maximum(0.0, mean_total) / (periods * PERIOD_DAYS[freq])
        late = lead_safety(service, daily, lead_sd)
        at = [one.rule for one in states]
        money = stock_value_change(
            (
                [rule.product_min_qty if rule else 0.0 for rule in at],
                [rule.product_max_qty if rule else 0.0 for rule in at],
            ),
            (levels.minimum, levels.maximum),
            np.array([one.cost for one in states]),
            levels.expected,
            [not rule or not rule.active for rule in at],
        )
        columns = zip(
            states,
            levels.minimum.tolist(),
            levels.maximum.tolist(),
            levels.expected.tolist(),
            levels.safety.tolist(),
            levels.cycle.tolist(),
            late.tolist(),
            money.tolist(),
            strict=True,
        )
        for one, *values in columns:
            (
                one.minimum,
                one.maximum,
                one.expected,
                one.safety,
                one.cycle,
                one.lead_safety,
                one.money,
            ) = values

    def _set_stock(self, plan, states):
        """Stock, position, days until it runs out and what is missed then."""
        import numpy as np

        from ...engine import stockout

        today = fields.Date.context_today(plan)
        stock = plan._read_stock({one.product_id for one in states})
        groups = {}
        for one in states:
            one.stock = stock.get(one.key, one.stock)
            groups.setdefault(tuple(one.dates), []).append(one)
        for dates, some in groups.items():
            ends = [*dates[1:], plan._period_after(dates[-1])]
            shares = [
                (end - start).days for start, end in zip(dates, ends, strict=True)
            ]
            lengths = [
                max(0, (end - max(start, today)).days)
                for start, end in zip(dates, ends, strict=True)
            ]
            demand = stockout.daily_demand([one.means for one in some], shares, lengths)
            # a forecast that begins later than today leaves a gap without demand
            gap = max(0, (dates[0] - today).days)
            demand = np.pad(demand, ((0, 0), (gap, 0)))[:, :AHEAD]
            width = demand.shape[1]
            orders, incoming, other = (np.zeros(demand.shape) for _name in range(3))
            due = np.zeros(len(some))
            for row, one in enumerate(some):
                for day, quantity in one.stock.orders:
                    if day <= today:
                        due[row] += quantity
                    elif (day - today).days < width:
                        orders[row, (day - today).days] += quantity
                for name, table in (("incoming", incoming), ("other_out", other)):
                    for day, quantity in getattr(one.stock, name):
                        place = max(0, (day - today).days)
                        if place < width:
                            table[row, place] += quantity
            on_hand = np.array([one.stock.on_hand for one in some])
            until = np.ceil([one.lead_days + plan.review_days for one in some]).astype(
                int
            )
            path = stockout.path(on_hand, due, demand, orders, incoming, other)
            left = stockout.days_to_stockout(path)
            missed = stockout.missed_units(path, until) if width else 0 * on_hand
            excess = stockout.excess_orders(demand, orders, until)
            for row, one in enumerate(some):
                one.days_left, one.missed = int(left[row]), float(missed[row])
                one.position = (
                    one.stock.supply
                    - due[row]
                    - one.stock.total("other_out")
                    - float(excess[row])
                )

    # Writing

    def _matters(self, plan, one):
        """Whether the change of an active rule is worth a person's look."""
        rule = one.rule
        before = (rule.product_min_qty, rule.product_max_qty)
        return any(
            abs(new - old) > max(plan.min_change * old, 1e-6)
            for old, new in zip(before, (one.minimum, one.maximum), strict=True)
        )

    def _write_proposals(self, plan, states, kinds, run):
        """Insert, update or withdraw. :returns: number of open proposals"""
        if not states:
            return 0
        today = fields.Date.context_today(plan)
        rows = []
        open_states = [
            one
            for one in states
            if not one.elsewhere
            and not (
                one.rule and one.rule.snoozed_until and one.rule.snoozed_until > today
            )
        ]
        dismissed = self._dismissed(plan, states)
        fresh = self._fresh_rules(states, run) if len(kinds) > 1 else {}
        if "rule" in kinds:
            rest = [one for one in open_states if one.series_id not in fresh]
            rows += self._rule_rows(plan, rest, dismissed)
        if {"purchase", "transfer"} & set(kinds):
            rows += self._supply_rows(plan, states, open_states, kinds, dismissed)
        columns = {
            name: [row.get(name) for row in rows] for name in self._proposed_columns
        }
        columns["run_id"] = [run.id if run else None] * len(rows)
        kept = [
            id_
            for (id_,) in bulk_insert(
                self.env,
                "forecast.recommendation",
                columns,
                conflict=SQL(
                    "(series_id, kind, COALESCE(source_warehouse_id, 0))"
                    " WHERE state = 'proposed'"
                ),
                update=list(columns),
                returning=("id",),
            )
        ]
        kept += fresh.values()
        # sudo: as for the rows above; withdrawing is part of proposing
        self.sudo().search(
            [
                ("series_id", "in", [one.series_id for one in states]),
                ("kind", "in", kinds),
                ("state", "=", "proposed"),
                ("id", "not in", kept),
            ]
        ).write({"state": "obsolete"})
        return len(kept)

    def _fresh_rules(self, states, run):
        """Proposals of rules that this very run has made with its forecasts, by series: at
        its end they need not be made again."""
        if not run:
            return {}
        found = self.sudo().search_fetch(
            [
                ("series_id", "in", [one.series_id for one in states]),
                ("kind", "=", "rule"),
                ("state", "=", "proposed"),
                ("run_id", "=", run.id),
            ],
            ["series_id"],
        )
        return {one.series_id.id: one.id for one in found}
