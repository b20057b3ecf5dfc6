# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.bulk import bulk_insert


class ForecastEvent(models.Model):
    """From an event to rows of `forecast.adjustment`."""

    _inherit = "forecast.event"

    def _rows(self):
        """Rows by which these events change forecasts."""
        return self.env["forecast.adjustment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    def _sync(self):
        """Make the events' adjustments what the events say now, and apply them.

        Rows of periods that have passed stay as the record of what was expected.
        """
        events = self.exists()
        if not events:
            return
        changed = self.env["forecast.series"]
        for company, found in events.grouped("company_id").items():
            for plan in self.env["forecast.plan"].search(
                [("company_id", "=", company.id)]
            ):
                series = self.env["forecast.series"].search_fetch(
                    plan._place_domain(), ["product_id", "warehouse_id"]
                )
                places = {
                    (one.product_id.id, one.warehouse_id.id): one for one in series
                }
                keys = found._sync_plan(plan, list(places))
                changed |= self.env["forecast.series"].browse(
                    [places[key].id for key in keys if key in places]
                )
        changed._apply_adjustments()

    def _sync_plan(self, plan, places):
        """Write the rows of these events in one plan, without applying them.

        :param places: (product id, warehouse id) that the plan forecasts
        :returns: set of those whose rows changed
        """
        wanted = self._wanted_rows(plan, places)
        starts = {one[0]: one[3] for one in plan._places()}
        adjustment = self.env["forecast.adjustment"]
        known, stale, touched = {}, adjustment, set()
        for row in adjustment.search(
            [
                ("plan_id", "=", plan.id),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "active"),
            ]
        ):
            key = (row.res_id, row.product_id.id, row.warehouse_id.id, row.date)
            until = starts.get(row.warehouse_id.id)
            if until and row.date < until:
                continue
            if key in wanted:
                known[key] = row
            else:
                stale |= row
        touched |= {(row.product_id.id, row.warehouse_id.id) for row in stale}
        quiet = {"forecast_no_apply": True}
        # rows of an event follow the event; a planner who may not delete single rows
        # still may change the event they come from
        stale.sudo().with_context(**quiet).unlink()
        fresh = []
        for key, (basis, value, name) in wanted.items():
            row = known.get(key)
            field = "percent" if basis == "percent" else "quantity"
            if row and row.basis == basis and abs((row[field] or 0.0) - value) < 0.005:
                continue
            touched.add(key[1:3])
            if row:
                row.sudo().with_context(**quiet).write(
                    {"basis": basis, field: value, "reason": name}
                )
            else:
                fresh.append((key, basis, value, name))
        self._insert_rows(plan, fresh)
        return touched

    def _insert_rows(self, plan, fresh):
        names = (
            "plan_id",
            "company_id",
            "product_id",
            "warehouse_id",
            "date",
            "kind",
            "basis",
            "percent",
            "quantity",
            "weight",
            "author_id",
            "reason",
            "res_model",
            "res_id",
            "state",
        )
        columns = {name: [] for name in names}
        authors = {event.id: event.user_id.id or self.env.uid for event in self}
        for (event, product, warehouse, day), basis, value, name in fresh:
            row = (
                plan.id,
                plan.company_id.id,
                product,
                warehouse,
                day,
                "event",
                basis,
                value if basis == "percent" else None,
                value if basis == "delta" else 0.0,
                1.0,
                authors[event],
                name,
                self._name,
                event,
                "active",
            )
            for column, cell in zip(names, row, strict=True):
                columns[column].append(cell)
        bulk_insert(self.env, "forecast.adjustment", columns)
        if fresh:
            self.env["forecast.adjustment"]._link_plans(plan)

    def _wanted_rows(self, plan, places):
        """What the confirmed of these events ask of one plan's coming periods.

        :returns: dict (event id, product id, warehouse id, period) -> (basis, value,
            name)
        """
        return self.filtered(
            lambda event: event.state == "confirmed" and event.active
        )._asked_rows(plan, places)

    def _asked_rows(self, plan, places):
        """The same of these events whatever their state."""
        from ...engine.events import coverage, effect

        wanted = {}
        scope = self._scope({product for product, _warehouse in places})
        periods = {}
        for warehouse_id, _zone, _since, until in plan._places():
            days = [
                fields.Date.to_date(day)
                for day in plan._period_days(until, plan.horizon)
            ]
            periods[warehouse_id] = (days, plan._next_period(days[-1]))
        for event in self:
            products, warehouses = scope[event]
            own = {line.product_id.id: line.uplift for line in event.line_ids}
            usual = event.own_uplift if event.mode == "own" else event.learned_uplift
            mine = [
                key
                for key in places
                if key[0] in products and key[1] in warehouses and key[1] in periods
            ]
            if event.mode == "quantity":
                wanted.update(event._quantity_rows(plan, mine, periods))
                continue
            cache = {}
            for product, warehouse in mine:
                days, end = periods[warehouse]
                uplift = own.get(product, usual)
                key = (days[0], uplift)
                if key not in cache:
                    share = coverage(days, end, event.date_start, event.date_end)
                    after = event.date_end + timedelta(days=event.dip_days)
                    dip = coverage(days, end, event.date_end + timedelta(days=1), after)
                    extra = effect(
                        [1.0] * len(days), share, 1.0 + uplift, dip, event.pull_forward
                    )
                    cache[key] = [
                        (day, 100.0 * float(value))
                        for day, value in zip(days, extra, strict=True)
                        if abs(value) > 1e-9
                    ]
                for day, value in cache[key]:
                    wanted[event.id, product, warehouse, day] = (
                        "percent",
                        value,
                        event.name,
                    )
        return wanted

    def _quantity_rows(self, plan, places, periods):
        """Rows of an event with a stated quantity: split by usual demand."""
        from ...engine.events import coverage, spread_quantity

        lines = self.env["forecast.line"].search_fetch(
            Domain("plan_id", "=", plan.id)
            & Domain("series_id", "any", plan._place_domain())
            & Domain("product_id", "in", [product for product, _w in places])
            & Domain("date", ">=", plan._period_start(self.date_start))
            & Domain("date", "<=", self.date_end),
            ["product_id", "warehouse_id", "date", "baseline", "mean"],
        )
        usual = {
            (one.product_id.id, one.warehouse_id.id, one.date): one.baseline or one.mean
            for one in lines
        }
        keys, weights = [], []
        for product, warehouse in places:
            days, end = periods[warehouse]
            share = coverage(days, end, self.date_start, self.date_end)
            for day, part in zip(days, share.tolist(), strict=True):
                if part:
                    keys.append((self.id, product, warehouse, day))
                    weights.append(
                        part * max(usual.get((product, warehouse, day), 0), 0)
                    )
        values = spread_quantity(weights, self.quantity)
        return {
            key: ("delta", float(value), self.name)
            for key, value in zip(keys, values, strict=True)
        }

    @api.model
    def _sync_for_run(self, plan, places):
        """Before a run writes: rows of the periods that came into the horizon."""
        today = fields.Date.context_today(self)
        events = self.search(
            [
                ("company_id", "=", plan.company_id.id),
                ("state", "=", "confirmed"),
                ("date_end", ">=", fields.Date.subtract(today, days=400)),
            ]
        )
        if events:
            events._sync_plan(plan, places)
