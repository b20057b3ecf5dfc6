# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

LONGEST = 400  # days simulated at most


@dataclass(slots=True)
class Place:
    """One product in one warehouse."""

    product: int
    warehouse: int
    in_scope: bool
    usual: object  # daily demand without the event (array)
    extra: object  # what the event adds (array)


class ForecastPromise(models.Model):
    """The check itself: gather, simulate, suggest, write."""

    _inherit = "forecast.promise"

    @api.model
    @api.private
    def _check(self, event):
        """Simulate the deliveries from today to the end of the event.

        :returns: a new forecast.promise
        :raises UserError: the event is over, too far away, or no plan forecasts it
        """
        from ...engine import promise as engine

        today = fields.Date.context_today(event)
        self._check_can(event, today)
        plan = event.plan_id.with_company(event.company_id)
        tail = event.delivery_days + 1
        count = (event.date_end - today).days + 1 + tail
        days = [today + timedelta(days=index) for index in range(count)]
        places = self._places(event, plan, today, count)
        products = list({one.product for one in places})
        # every warehouse of the company may help, also one outside the event
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", event.company_id.id)]
        )
        stock = plan._read_stock(products, warehouses)
        self._add_places(places, stock, count)
        number = {one.id: index for index, one in enumerate(warehouses)}
        inputs = self._inputs(places, stock, today, count)
        found = engine.simulate(
            self._demand(places, count),
            inputs["stock"],
            inputs["incoming"],
            [number[one.warehouse] for one in places],
            self._capacity(plan, warehouses, products, today, count),
            inputs["backlog"],
            event.delivery_days,
        )
        shown = [one.in_scope for one in places]
        within = [event.date_start <= day <= event.date_end for day in days]
        return self._write_check(
            event, plan, places, days, shown, within, found, inputs, stock
        )

    def _check_can(self, event, today):
        if event.date_end < today:
            raise UserError(
                self.env._(
                    "Event %(event)s ended on %(date)s: there is nothing left to promise.",
                    event=event.name,
                    date=event.date_end,
                )
            )
        if (event.date_end - today).days > LONGEST:
            raise UserError(
                self.env._(
                    "Event %(event)s ends on %(date)s, more than %(days)s days from now: "
                    "stock and receipts of that time are not known yet.",
                    event=event.name,
                    date=event.date_end,
                    days=LONGEST,
                )
            )
        if not event.plan_id.last_run_id:
            raise UserError(
                self.env._(
                    "No forecast plan has run yet for event %s: run one, then check the "
                    "promise.",
                    event.name,
                )
            )

    def _places(self, event, plan, today, count):
        """Places with a forecast, and their demand by day."""
        import numpy as np

        from ...engine.events import spread_quantity
        from ...engine.promise import spread_over_days

        products = self.env["product.product"].search(event._product_domain())
        series = self.env["forecast.series"].search_fetch(
            plan._place_domain() & Domain("product_id", "in", products.ids),
            ["product_id", "warehouse_id"],
        )
        own = defaultdict(float)
        for row in event._rows().filtered(
            lambda row: row.plan_id == plan and row.state == "active"
        ):
            own[row.series_id.id, row.date] += row.effect
        scope = set(event._scope_warehouses().ids)
        uplift = {line.product_id.id: line.uplift for line in event.line_ids}
        usual_uplift = event.own_uplift if event.mode == "own" else event.learned_uplift
        days = np.array([today.toordinal() + index for index in range(count)])
        within = (days >= event.date_start.toordinal()) & (
            days <= event.date_end.toordinal()
        )
        places = []
        lines = series.line_ids.sorted("date").grouped("series_id")
        for one in series:
            rows = lines.get(one, self.env["forecast.line"])
            starts = rows.mapped("date")
            end = plan._next_period(starts[-1]) if starts else today
            usual = spread_over_days(
                starts,
                end,
                [row.mean - own[one.id, row.date] for row in rows],
                today,
                count,
            )
            base = spread_over_days(
                starts, end, [row.baseline or row.mean for row in rows], today, count
            )
            inside = one.warehouse_id.id in scope
            factor = uplift.get(one.product_id.id, usual_uplift) if inside else 0.0
            if event.mode == "quantity":
                factor = float(inside)
            extra = np.maximum(base * within * factor, -usual)
            places.append(
                Place(one.product_id.id, one.warehouse_id.id, inside, usual, extra)
            )
        if event.mode == "quantity" and places:
            table = spread_quantity(
                np.vstack([one.extra for one in places]), event.quantity
            )
            for one, row in zip(places, table, strict=True):
                one.extra = row
        return places

    def _demand(self, places, count):
        """(places, days) demand with the event."""
        import numpy as np

        table = np.zeros((len(places), count))
        for index, one in enumerate(places):
            table[index] = one.usual + one.extra
        return table

    def _add_places(self, places, stock, count):
        """Places without demand whose stock could help."""
        import numpy as np

        known = {(one.product, one.warehouse) for one in places}
        places += [
            Place(product, warehouse, False, np.zeros(count), np.zeros(count))
            for product, warehouse in sorted(stock)
            if (product, warehouse) not in known
        ]

    def _inputs(self, places, stock, today, count):
        """Stock, receipts by day and orders that should have gone, as arrays."""
        import numpy as np

        have, owed = np.zeros(len(places)), np.zeros(len(places))
        incoming = np.zeros((len(places), count))
        for index, one in enumerate(places):
            at = stock.get((one.product, one.warehouse))
            if not at:
                continue
            have[index] = at.on_hand - at.total("other_out")
            for day, quantity in at.incoming:
                # what is overdue is taken to come today; nobody knows better
                position = max((day - today).days, 0)
                if position < count:
                    incoming[index, position] += max(quantity, 0)
            owed[index] = sum(max(q, 0) for day, q in at.orders if day < today)
        return {"stock": have, "incoming": incoming, "backlog": owed}

    def _capacity(self, plan, warehouses, products, today, count):
        """Units that each warehouse can send a day, less what other products need."""
        import numpy as np

        from ...engine.promise import spread_over_days

        capacity = np.full((len(warehouses), count), np.inf)
        limited = warehouses.filtered("forecast_daily_capacity")
        if not limited:
            return capacity
        totals = defaultdict(list)
        for warehouse, day, total in self.env["forecast.line"]._read_group(
            Domain("plan_id", "=", plan.id)
            & Domain("series_id", "any", plan._place_domain())
            & Domain("warehouse_id", "in", limited.ids)
            & Domain("product_id", "not in", products),
            ["warehouse_id", "date:day"],
            ["mean:sum"],
            order="date:day",
        ):
            totals[warehouse].append((fields.Date.to_date(day), total or 0.0))
        for index, warehouse in enumerate(warehouses):
            if warehouse not in limited:
                continue
            rows = totals[warehouse]
            others = spread_over_days(
                [day for day, _total in rows],
                plan._next_period(rows[-1][0]) if rows else today,
                [total for _day, total in rows],
                today,
                count,
            )
            capacity[index] = np.maximum(warehouse.forecast_daily_capacity - others, 0)
        return capacity

    def _write_check(
        self, event, plan, places, days, shown, within, found, inputs, stock
    ):
        import numpy as np

        mask = np.outer(shown, within)
        demand = np.vstack(
            [one.usual + one.extra for one in places] or [[0] * len(days)]
        )
        mine = demand * mask if places else demand
        on_time = found.on_time * mask if places else mine
        total, good = float(mine.sum()), float(on_time.sum())
        lines, first = [], (None, None)
        for index in np.flatnonzero(shown).tolist():
            one = places[index]
            broken = mine[index] - on_time[index] > 1e-6 * (1 + mine[index])
            day = days[int(broken.argmax())] if broken.any() else False
            cause = found.cause[index] if broken.any() else False
            if broken.any() and not cause:
                cause = "stock"
            if day and (first[0] is None or day < first[0]):
                first = (day, cause)
            wanted = float(mine[index].sum())
            at = stock.get((one.product, one.warehouse))
            lines.append(
                {
                    "company_id": event.company_id.id,
                    "product_id": one.product,
                    "warehouse_id": one.warehouse,
                    "demand": wanted,
                    "on_time": float(on_time[index].sum()),
                    "late": wanted - float(on_time[index].sum()),
                    "share": float(on_time[index].sum()) / wanted if wanted else 1.0,
                    "stock": at.on_hand if at else 0.0,
                    "incoming": float(inputs["incoming"][index].sum()),
                    "missing": float(found.missing[index]),
                    "first_date": day,
                    "cause": cause,
                }
            )
        actions = self._suggest(event, plan, places, days, shown, found, mine - on_time)
        return self.create(
            {
                "event_id": event.id,
                "company_id": event.company_id.id,
                "demand": total,
                "on_time": good,
                "share": good / total if total > 1e-9 else 1.0,
                "delivery_days": event.delivery_days,
                "first_date": first[0] or False,
                "cause": first[1] or False,
                "daily": {
                    "days": [fields.Date.to_string(day) for day in days],
                    "demand": mine.sum(axis=0).round(3).tolist(),
                    "on_time": on_time.sum(axis=0).round(3).tolist(),
                    "stock": (found.stock * np.array(shown, dtype=float)[:, None])
                    .sum(axis=0)
                    .round(3)
                    .tolist(),
                    "from": fields.Date.to_string(event.date_start),
                    "to": fields.Date.to_string(event.date_end),
                },
                "line_ids": [fields.Command.create(values) for values in lines],
                "action_ids": [fields.Command.create(values) for values in actions],
            }
        )

    def _suggest(self, event, plan, places, days, shown, found, late):
        """What to move and to order, earliest need first."""
        import numpy as np

        from ...engine.promise import share_spare, spare_stock

        mine = np.array(shown, dtype=bool)
        lanes = self.env["forecast.transfer.lane"]._lanes(
            self.env["stock.warehouse"].search(
                [("company_id", "=", event.company_id.id)]
            )
        )
        # whole units: nobody sends 3.7 boxes
        lack = np.ceil(np.where(mine, found.missing, 0.0) - 1e-6)
        spare = np.floor(spare_stock(found) + 1e-6)
        order = sorted(
            np.flatnonzero(lack > 0).tolist(), key=lambda index: found.needed[index]
        )
        moves, left = share_spare(lack, spare, [one.product for one in places], order)
        rows = []
        for move in moves:
            source, target = places[move.source], places[move.target]
            cost, away = lanes.get((source.warehouse, target.warehouse), (1.0, 1.0))
            if cost is None:
                left[move.target] += move.quantity
                continue
            rows.append(
                self._suggestion(
                    event,
                    "transfer",
                    target,
                    move.quantity,
                    days[found.needed[move.target]],
                    away,
                    days[0],
                    source_id=source.warehouse,
                    cost=cost * move.quantity,
                )
            )
        rows += self._purchases(event, plan, places, days, found, left, order)
        rows += self._capacities(event, places, days, found, late)
        return sorted(rows, key=lambda row: row["latest_date"])

    def _purchases(self, event, plan, places, days, found, left, order):
        todo = [index for index in order if left[index] > 1e-6]
        products = list({places[index].product for index in todo})
        offers = plan._read_offers(products) if products else {}
        supplies = plan.read_supply(products) if products else {}
        rows = []
        for index in todo:
            one = places[index]
            quantity = float(left[index])
            fitting = [o for o in offers.get(one.product, []) if o.min_qty <= quantity]
            # below every minimum: the smallest minimum is ordered
            choice = (
                fitting
                or sorted(offers.get(one.product, []), key=lambda offer: offer.min_qty)
            )[:1]
            offer = choice[0] if choice else None
            if offer:
                quantity = max(quantity, offer.min_qty)
                if offer.lot > 0:
                    quantity = offer.lot * math.ceil(quantity / offer.lot - 1e-9)
            rows.append(
                self._suggestion(
                    event,
                    "purchase",
                    one,
                    quantity,
                    days[found.needed[index]],
                    supplies[one.product].lead_days,
                    days[0],
                    vendor_id=offer.partner_id if offer else False,
                    cost=offer.price * quantity if offer else 0.0,
                )
            )
        return rows

    def _capacities(self, event, places, days, found, late):
        """Warehouses that send as much as they can and still are late."""
        import numpy as np

        rows, peak = [], {}
        for index, one in enumerate(places):
            if found.cause[index] == "capacity" and late[index].sum() > 1e-6:
                at = peak.setdefault(one.warehouse, [])
                at.append(index)
        for warehouse, members in peak.items():
            whole = [i for i, one in enumerate(places) if one.warehouse == warehouse]
            wanted = np.vstack([places[i].usual + places[i].extra for i in whole]).sum(
                0
            )
            limit = (
                self.env["stock.warehouse"].browse(warehouse).forecast_daily_capacity
            )
            sent = np.vstack([found.sent[i] for i in whole]).sum(0)
            # capacity taken by products outside the event comes on top
            busy = max(limit - sent[late[members].sum(0) > 1e-6].max(initial=0), 0)
            day = days[min(int(found.first[i]) for i in members)]
            rows.append(
                self._suggestion(
                    event,
                    "capacity",
                    places[members[0]],
                    math.ceil(wanted.max() + busy - 1e-6),
                    day,
                    0.0,
                    days[0],
                    product_id=False,
                )
            )
        return rows

    def _suggestion(self, event, kind, place, quantity, needed, lead, today, **values):
        latest = needed - timedelta(days=math.ceil(lead))
        return {
            "company_id": event.company_id.id,
            "kind": kind,
            "product_id": place.product,
            "warehouse_id": place.warehouse,
            "quantity": quantity,
            "needed_date": needed,
            "lead_days": lead,
            "latest_date": max(latest, today),
            "too_late": max((today - latest).days, 0),
            **values,
        }
