# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

SEASONS = {"day": 7, "week": 52, "month": 12}


class ForecastEvent(models.Model):
    """Learning from earlier events."""

    _inherit = "forecast.event"

    def _past(self, company, kinds=None, until=None):
        """Confirmed events that are over, oldest first."""
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "confirmed")
            & Domain("date_end", "<", until or fields.Date.context_today(self))
        )
        if kinds:
            domain &= Domain("kind", "in", list(kinds))
        return self.search(domain, order="date_start, id")

    def _scope(self, product_ids):
        """What each event touches, out of some products.

        :returns: dict event -> (set of product ids, set of warehouse ids)
        """
        products = self.env["product.product"].with_context(active_test=False)
        scope = {}
        for event in self:
            domain = Domain("id", "in", list(product_ids)) & event._product_domain()
            scope[event] = (
                set(products.search(domain).ids),
                set(event._scope_warehouses().ids),
            )
        return scope

    @api.model
    def _series_shares(self, plan, scope, product_id, warehouse_id, starts):
        """dict event id -> share of each period, of events that touch one series."""
        from ...engine.events import coverage

        if not starts:
            return {}
        end = plan._next_period(starts[-1])
        shares = {}
        for event, (products, warehouses) in scope.items():
            if product_id not in products or warehouse_id not in warehouses:
                continue
            if event.date_end < starts[0] or event.date_start >= end:
                continue
            share = coverage(starts, end, event.date_start, event.date_end)
            if share.any():
                shares[event.id] = share
        return shares

    @api.model
    def _record(self, plan, events):
        """The engine's record of what `events` did in the plan's history."""
        from ...engine.events import Record, observe

        series = self.env["forecast.series"].search_fetch(
            plan._place_domain(), ["product_id", "warehouse_id", "history"]
        )
        scope = events._scope(series.product_id.ids)
        kinds = {event.id: event.kind for event in events}
        rows = []
        for one in series:
            past = one.history or {}
            values = past.get("y") or []
            starts = [
                fields.Date.to_date(day)
                for day in plan._period_days(past.get("start"), len(values))
            ]
            shares = self._series_shares(
                plan, scope, one.product_id.id, one.warehouse_id.id, starts
            )
            found = observe(
                [value or 0.0 for value in values],
                shares,
                self._unusable(past, len(values)),
                SEASONS[plan.grain],
            )
            rows += [
                (event, kinds[event], one.categ_id.id, one.product_id.id, *outcome)
                for event, outcome in found.items()
            ]
        return Record(rows)

    @api.model
    def _unusable(self, past, count):
        """Periods whose demand is not to be believed: out of stock, or an outlier."""
        bad = [False] * count
        flags = past.get("flags") or {}
        pairs = flags.items() if isinstance(flags, dict) else enumerate(flags)
        for index, flag in pairs:
            found = set(flag) if isinstance(flag, list) else {flag}
            if "stockout" in found and int(index) < count:
                bad[int(index)] = True
        return bad

    def _learn(self):
        """Fill the events' products with what earlier events of the kind suggest."""
        for (company, plan), events in self.grouped(
            lambda event: (event.company_id, event.plan_id)
        ).items():
            if not plan:
                continue
            past = self._past(company, set(events.mapped("kind")))
            record = self._record(plan, past)
            for event in events:
                own = record
                if event in past:
                    # an event does not teach itself
                    own = self._record(plan, self._past(company, {event.kind}) - event)
                event._write_learned(own)
            past._write_measured(record)

    def _write_measured(self, record):
        """Keep what was measured of events that are over."""
        for event in self:
            ratio = record.ratio(event.kind, event.id)
            if ratio is not None:
                event.with_context(forecast_event_learning=True).write(
                    {"actual_uplift": ratio - 1.0, "measured": True}
                )

    def _write_learned(self, record):
        """Lines of the event's products, their uplift and their usual demand."""
        self.ensure_one()
        base = self._base_quantities()
        products = self.env["product.product"].browse(base)
        known = {line.product_id: line for line in self.line_ids}
        commands = [
            fields.Command.delete(line.id)
            for product, line in known.items()
            if product not in products and not line.own
        ]
        total, sums = 0.0, [0.0, 0.0, 0.0]
        levels, most = defaultdict(float), defaultdict(int)
        for product in products:
            found = record.propose(self.kind, product.categ_id.id, product.id)
            values = {
                "learned_uplift": found.ratio - 1.0,
                "learned_low": found.low - 1.0,
                "learned_high": found.high - 1.0,
                "learned_events": found.events,
                "learned_level": found.level,
                "base_quantity": base[product.id],
            }
            if product in known:
                commands.append(fields.Command.update(known[product].id, values))
            else:
                commands.append(
                    fields.Command.create({**values, "product_id": product.id})
                )
            weight = base[product.id] + 1e-9
            total += weight
            for index, value in enumerate((found.ratio, found.low, found.high)):
                sums[index] += weight * (value - 1.0)
            levels[found.level] += weight
            most[found.level] = max(most[found.level], found.events)
        if not products:
            found = record.propose(self.kind)
            sums = [found.ratio - 1.0, found.low - 1.0, found.high - 1.0]
            total, levels[found.level], most[found.level] = 1.0, 1.0, found.events
        level = max(levels, key=levels.get) if levels else "none"
        uplift, low, high = (value / total if total else 0.0 for value in sums)
        self.with_context(forecast_event_learning=True).write(
            {
                "line_ids": commands,
                "learned_uplift": uplift,
                "learned_low": low,
                "learned_high": high,
                "learned_events": most[level],
                "learned_level": level,
            }
        )

    def _base_quantities(self):
        """dict product id -> demand of the event's days without it (past: as if the
        present forecast had been made for them; ahead: the statistical forecast)."""
        self.ensure_one()
        from ...engine.events import coverage

        plan = self.plan_id
        series = self.env["forecast.series"].search_fetch(
            plan._place_domain()
            & Domain("product_id", "any", self._product_domain())
            & Domain("warehouse_id", "in", self._scope_warehouses().ids),
            ["product_id", "warehouse_id"],
        )
        base = dict.fromkeys(series.product_id.ids, 0.0)
        first = plan._period_start(self.date_start)
        lines = self.env["forecast.line"]._read_group(
            [
                ("series_id", "in", series.ids),
                ("date", ">=", first),
                ("date", "<=", self.date_end),
            ],
            ["product_id", "date:day"],
            ["baseline:sum", "mean:sum"],
        )
        for product, day, baseline, mean in lines:
            day = fields.Date.to_date(day)
            share = coverage(
                [day], plan._next_period(day), self.date_start, self.date_end
            )
            base[product.id] += float(share[0]) * (
                baseline if baseline is not None else mean or 0.0
            )
        return base
