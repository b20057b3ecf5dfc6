# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import timedelta
from math import floor

from odoo import fields, models

TINY = 1e-6


class ForecastRecommendation(models.Model):
    """Reckoning transfers and purchases."""

    _inherit = "forecast.recommendation"

    def _supply_rows(self, plan, states, open_states, kinds, dismissed):
        """Rows of transfers and purchases for places whose stock position is below their
        reorder point. What another warehouse can spare is not bought."""
        keep = {
            one.key: one.keep(
                -floor(-max(one.cycle, one.step) / one.step + TINY) * one.step
            )
            for one in states
        }
        short = {}
        for one in open_states:
            minimum, fill, _hold = keep[one.key]
            if fill > 0 and one.position < minimum - TINY:
                short[one.key] = max(fill, minimum) - one.position
        rows, moved = [], {}
        if plan.propose_transfers and short:
            rows, moved = self._transfer_rows(plan, states, short, keep, dismissed)
            if "transfer" not in kinds:
                rows = []
        if plan.propose_purchases and "purchase" in kinds and short:
            rows += self._purchase_rows(
                plan, open_states, short, moved, keep, dismissed
            )
        return self._note_together(rows)

    def _note_together(self, rows):
        """Write into each row how much the other rows of its series bring."""
        totals = {}
        for row in rows:
            series = row["series_id"]
            totals[series] = totals.get(series, 0.0) + row["quantity"]
        for row in rows:
            others = totals[row["series_id"]] - row["quantity"]
            if others > TINY:
                figures = {**json.loads(row["figures"]), "together": round(others, 6)}
                row["figures"] = json.dumps(figures)
        return rows

    # Transfers

    def _transfer_rows(self, plan, states, short, keep, dismissed):
        """(rows, units moved to (product, warehouse))"""
        from ...engine.transfers import allocate

        warehouses = plan._scope_warehouses()
        if len(warehouses) < 2:
            return [], {}
        lanes = self.env["forecast.transfer.lane"].sudo()._lanes(warehouses)
        known = {one.key: one for one in states}
        spare = self._spare(plan, states, short, keep, warehouses)
        rows, moved = [], {}
        for product_id in {product_id for product_id, _place in short}:
            sources = [(place, free) for place, free in spare.get(product_id, ())]
            targets = [known[key] for key in sorted(short) if key[0] == product_id]
            if not sources or not targets:
                continue
            step = targets[0].step
            wanted = [-floor(-(short[one.key] / step) + TINY) * step for one in targets]
            cost = [
                [
                    None
                    if place == one.warehouse_id
                    or self._put_off(
                        plan,
                        dismissed["transfer"],
                        (one.series_id, place),
                        one,
                        lanes[place, one.warehouse_id][1],
                    )
                    else lanes[place, one.warehouse_id][0]
                    for one in targets
                ]
                for place, _free in sources
            ]
            amounts = [floor(free / step + TINY) * step for _place, free in sources]
            for flow in allocate(amounts, wanted, cost):
                one, (place, free) = targets[flow.target], sources[flow.source]
                unit_cost, days = lanes[place, one.warehouse_id]
                sender = known.get((product_id, place))
                moved[one.key] = moved.get(one.key, 0.0) + flow.quantity
                minimum, fill, _hold = keep[one.key]
                rows.append(
                    self._row(
                        plan,
                        one,
                        "transfer",
                        {"unit_cost": unit_cost, "days": days},
                        within=days,
                        quantity=flow.quantity,
                        source_warehouse_id=place,
                        source_free=free,
                        source_keep=keep[sender.key][2]
                        if sender
                        else self._rule_max(plan, product_id, place),
                        min_after=minimum,
                        max_after=fill,
                        money_effect=flow.quantity * unit_cost,
                    )
                )
        return rows, moved

    def _put_off(self, plan, dismissed, key, one, lead_days):
        """Whether a person has lately dismissed it, and it is no more urgent now."""
        now = one.urgency(lead_days, plan.review_days)
        return key in dismissed and dismissed[key] >= now

    def _spare(self, plan, states, short, keep, warehouses):
        """What places can give: on hand, promised to nobody, above their own maximum.

        Warehouses of the plan without a forecast of the product (a central store) keep the
        maximum of their rule, else nothing.

        :returns: dict product id -> [(warehouse id, units)]
        """
        products = {product_id for product_id, _place in short}
        spare = {}
        known = set()
        for one in states:
            known.add(one.key)
            if one.product_id not in products or one.key in short or one.elsewhere:
                continue
            free = min(one.stock.free, one.position - keep[one.key][2])
            if free > TINY:
                spare.setdefault(one.product_id, []).append((one.warehouse_id, free))
        stock = plan._read_stock(products, warehouses)
        for (product_id, place), here in sorted(stock.items()):
            if (product_id, place) in known:
                continue
            free = here.free - self._rule_max(plan, product_id, place)
            if free > TINY:
                spare.setdefault(product_id, []).append((place, free))
        return spare

    def _rule_max(self, plan, product_id, warehouse_id):
        """Maximum of the active rule of a place without a forecast, else 0."""
        rules = (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            .search(
                [
                    ("product_id", "=", product_id),
                    ("warehouse_id", "=", warehouse_id),
                    ("company_id", "=", plan.company_id.id),
                ]
            )
        )
        return sum(max(one.product_min_qty, one.product_max_qty) for one in rules)

    # Purchases

    def _purchase_rows(self, plan, states, short, moved, keep, dismissed):
        from ...engine.purchase import Offer, order_quantity

        states = [
            one
            for one in states
            if one.key in short
            and one.position + moved.get(one.key, 0.0) < keep[one.key][0] - TINY
        ]
        if not states:
            return []
        offers = plan._read_offers({one.product_id for one in states})
        bought = self._bought_here(plan, states)
        today = fields.Date.context_today(plan)
        days = _Days(plan, today)
        rows = []
        for one in states:
            need = short[one.key] - moved.get(one.key, 0.0)
            lines = self._vendor_lines(one, offers.get(one.product_id, ()), need)
            if not lines or one.key not in bought:
                continue
            if self._put_off(
                plan, dismissed["purchase"], one.series_id, one, one.lead_days
            ):
                continue
            multiple = 0.0
            if one.rule and one.rule.replenishment_uom_id:
                multiple = (
                    one.rule.replenishment_uom_id.factor
                    / one.rule.product_id.uom_id.factor
                )
            by_id = {line.supplierinfo_id: line for line in lines}
            order = order_quantity(
                need,
                [
                    Offer(
                        line.min_qty,
                        line.price,
                        self._lot(line.lot, one.step, multiple),
                        line.supplierinfo_id,
                    )
                    for line in lines
                ],
                demand=one.yearly_demand,
                holding_rate=plan.holding_rate,
                order_cost=plan.order_cost,
                cover_days=plan.cover_days,
            )
            line = by_id[order.key]
            supply = one.supply
            measured = (
                supply.source in ("product", "vendor")
                and line.commercial_id == supply.vendor_id
            )
            vendor_days = (
                supply.lead_days - supply.purchase_days if measured else line.delay
            )
            inside = supply.purchase_days + (
                one.lead_days - supply.lead_days if supply.vendor else 0.0
            )
            order_date, arrival, closed = days.plan_order(
                line.partner_id, one.days_left, vendor_days, inside
            )
            minimum, fill, _hold = keep[one.key]
            rows.append(
                self._row(
                    plan,
                    one,
                    "purchase",
                    {
                        "need": round(need, 6),
                        "moved": round(moved.get(one.key, 0.0), 6),
                        "base": order.base_quantity,
                        "price": order.price,
                        "base_price": order.base_price,
                        "lot": self._lot(line.lot, one.step, multiple),
                        "vendor_days": vendor_days,
                        "vendor_closed": closed,
                    },
                    quantity=order.quantity,
                    vendor_id=line.partner_id,
                    supplierinfo_id=line.supplierinfo_id,
                    purchase_uom_id=line.uom_id,
                    purchase_qty=order.quantity / line.lot,
                    order_date=order_date,
                    arrival_date=arrival,
                    break_gain=order.gain,
                    moq=min(other.min_qty for other in lines),
                    min_after=minimum,
                    max_after=fill,
                    money_effect=order.quantity * order.price,
                )
            )
        return rows

    def _lot(self, lot, step, multiple):
        """Quantities come in whole vendor's units and in the rule's multiple; where both
        are given and one does not divide the other, in their product."""
        lot = max(lot, step) if lot <= 1.0 + TINY else lot
        if multiple <= TINY:
            return lot
        for small, large in ((lot, multiple), (multiple, lot)):
            if abs(large / small - round(large / small)) < TINY:
                return large
        return lot * multiple

    def _vendor_lines(self, one, offers, need):
        """The price list of the vendor that Odoo would take for the quantity: of the rule,
        else the first whose minimum it reaches, else the first at all."""
        if not offers:
            return []
        preferred = one.rule.supplier_id.partner_id.id if one.rule else False
        if preferred:
            mine = [line for line in offers if line.partner_id == preferred]
            if mine:
                return mine
        reached = [line for line in offers if line.min_qty <= need + TINY]
        first = (
            reached[0]
            if reached
            else min(offers, key=lambda line: (line.sequence, line.min_qty, line.price))
        )
        return [line for line in offers if line.partner_id == first.partner_id]

    def _bought_here(self, plan, states):
        """Keys (product, warehouse) that are bought, by the rules' and products' routes.

        A route chosen on the rule decides; else routes chosen on the product or its
        category, where they hold one that neither buys; else the warehouse buys.
        """
        warehouses = plan._scope_warehouses()
        # sudo: routes are looked at, not shown; a contributor may not read them
        buys = {one.id for one in warehouses.sudo() if one.buy_to_resupply}
        products = (
            self.env["product.product"]
            .sudo()
            .browse(list({one.product_id for one in states}))
        )
        elsewhere = set()
        for product in products:
            routes = product.route_ids | product.categ_id.total_route_ids
            actions = set(routes.rule_ids.mapped("action"))
            other = "manufacture" in actions or routes.supplier_wh_id
            if other and "buy" not in actions:
                elsewhere.add(product.id)
        found = set()
        for one in states:
            route = one.rule.route_id if one.rule else None
            if route:
                if "buy" in route.rule_ids.mapped("action"):
                    found.add(one.key)
            elif one.warehouse_id in buys and one.product_id not in elsewhere:
                found.add(one.key)
        return found


class _Days:
    """Order and arrival days, remembered by vendor: series share few answers."""

    def __init__(self, plan, today):
        from ...engine.workdays import ALWAYS

        self.plan = plan
        self.today = today
        self.last = today + timedelta(days=800)
        calendar = plan.company_id.resource_calendar_id
        # sudo: working hours of the company and its vendors, of which only days leave here
        self.receiver = (
            calendar.sudo()._forecast_workdays(today, self.last) if calendar else ALWAYS
        )
        self.calendars = {}
        self.answers = {}

    def plan_order(self, partner_id, days_left, vendor_days, inside):
        """(order day, arrival day, closed days of the vendor until stock is needed)"""
        key = (partner_id, days_left, vendor_days, inside)
        if key not in self.answers:
            self.answers[key] = self._reckon(*key)
        return self.answers[key]

    def _reckon(self, partner_id, days_left, vendor_days, inside):
        from ...engine.workdays import arrival, order_by

        if partner_id not in self.calendars:
            partner = self.plan.env["res.partner"].sudo().browse(partner_id)
            self.calendars[partner_id] = partner._forecast_workdays(
                self.today, self.last
            )
        vendor = self.calendars[partner_id]
        today, review = self.today, self.plan.review_days
        needed = today + timedelta(days=days_left if days_left >= 0 else review)
        day = order_by(
            needed, vendor_days, today, vendor, self.receiver, inside=int(inside)
        )
        # stock is below the reorder point: the next review would be too late to decide
        day = min(day, today + timedelta(days=review))
        sent = day + timedelta(days=int(inside))
        comes = arrival(sent, vendor_days, vendor, self.receiver)
        until = max(comes, needed)
        closed = sum(today <= one <= until for one in vendor.closed)
        return day, comes, closed
