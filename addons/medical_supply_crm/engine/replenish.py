# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From schedule, stock and par levels to order proposals, for all storerooms at once.

Per line (storeroom × product) over its protection interval [today, today + review + lead days):

    order-up-to S  = quantile of booked + unbooked demand at the line's service level,
                     lowered to where one more unit would rather expire than be missed
                     (newsvendor) and to par max (never below what is booked), raised to par min
    net need       = max(0, S - usable stock - incoming that arrives in the interval)
    order quantity = net need rounded up to packs and the minimum order

An order placed today serves until the one of the next review arrives: review + lead days (periodic
review, order-up-to; Axsaeter, "Inventory Control", 3rd ed., 2015, section 5.9). Usable stock leaves
out what will expire before demand takes it (`lots.fefo_waste`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from .demand import Perishable, group_moments, levels
from .frames import Problems
from .inputs import DAY_LIMIT, Inputs, Options
from .lots import fefo_waste
from .shortages import shortages


@dataclass
class Plan:
    """Result of `replenish`.

    :ivar lines: one row per usable stock line, in the order given: line_id, protection_days,
        booked_mean, booked_sd, unbooked_mean, unbooked_sd, order_up_to, safety, on_hand, usable,
        expiring, incoming, net_need, rounding, order_qty, capped, cap, exact, first_short_date,
        urgent, at_risk_events. Always: usable = on_hand - expiring;
        safety = order_up_to - booked_mean - unbooked_mean; order_qty = net_need + rounding.
    :ivar waste: lots (partly) expiring unused: line_id, lot_id, quantity, expiry, counted
        (counted: inside the protection interval, so part of `expiring`)
    :ivar problems: table, key, column, code, severity, message
    """

    lines: pd.DataFrame
    waste: pd.DataFrame
    problems: pd.DataFrame


def replenish(stock, bookings, kit_lines, lots, incoming, *, today, options=None):
    """Order proposals for all lines of `stock`.

    :param stock: DataFrame: line_id, storeroom_id, product_id, par_min, par_max, review_days,
        lead_days, service_level, pack_size, min_order, unit_cost, base_rate (mean unbooked use per
        day); optional: shortage_cost (per unit short; default: the one the service level implies,
        cost · level / (1 - level)), base_dispersion (variance ÷ mean ≥ 1, default 1),
        first_use_date (no unbooked use before), shelf_life_days (of newly delivered goods;
        empty: no expiry cap)
    :param bookings: event_id, storeroom_id, kit_id, date, show_probability
    :param kit_lines: kit_id, product_id, quantity, probability
    :param lots: line_id, lot_id, quantity, expiry (NaT: does not expire; usable through that day)
    :param incoming: line_id, date (from which it can be used), quantity
    :param today: date-like, first day of the plan
    :param options: `Options`, a dict of its fields, or None
    :return: `Plan`; the same input gives the same plan
    :raises ValueError: a table without a needed column
    """
    options = options if isinstance(options, Options) else Options(**(options or {}))
    today = pd.Timestamp(today)
    today = (today.tz_localize(None) if today.tz is not None else today).normalize()
    run = _Run(today, options, Problems())
    run.read_stock(stock)
    run.read_bookings(bookings, kit_lines)
    run.read_lots(lots)
    run.read_incoming(incoming)
    return run.plan()


class _Run(Inputs):
    """One planning run."""

    def plan(self):
        within = self.term_day < self.span[self.terms.line]
        inside = self.terms.take(within)
        rate_days = np.maximum(self.span - self.first, 0)
        unbooked = self.rate * rate_days
        self._cumulate()
        found = levels(
            inside, unbooked, self.dispersion, self.service, self._perishable()
        )
        level, cap = self._level(found)
        waste = fefo_waste(self.lot_line, self.lot_quantity, self._until(self.lot_day))
        counted = self.lot_day <= self.span[self.lot_line]

        sums = self._sums
        on_hand = sums(self.lot_line, self.lot_quantity)
        expiring = sums(self.lot_line, np.where(counted, waste, 0.0))
        soon = self.in_day < self.span[self.in_line]
        coming = sums(self.in_line, np.where(soon, self.in_quantity, 0.0))
        usable = np.maximum(on_hand - expiring, 0)
        need = np.maximum(level - usable - coming, 0)
        need[need < 1e-9] = 0
        order = self._round(need)
        short, at_risk = shortages(
            self, inside, self.term_day[within], np.where(counted, waste, 0.0)
        )
        lines = pd.DataFrame(
            {
                "line_id": self.keys,
                "protection_days": self.span.astype(int),
                "booked_mean": found.booked_mean,
                "booked_sd": np.sqrt(found.booked_variance),
                "unbooked_mean": unbooked,
                "unbooked_sd": np.sqrt(unbooked * self.dispersion),
                "order_up_to": level,
                "safety": level - found.booked_mean - unbooked,
                "on_hand": on_hand,
                "usable": usable,
                "expiring": expiring,
                "incoming": coming,
                "net_need": need,
                "rounding": order - need,
                "order_qty": order,
                "capped": cap != "",
                "cap": cap,
                "exact": found.exact,
                "first_short_date": self.today + pd.to_timedelta(short, unit="D"),
                "urgent": short < self.lead,
                "at_risk_events": at_risk,
            }
        )
        return Plan(lines, self._waste(waste, counted), self.problems.frame())

    def _sums(self, line, values):
        return np.bincount(line.astype(np.int64), values, self.n).astype(float)

    def _cumulate(self):
        """Running sums of expected booked use over (line, day), for `_until`."""
        starts, mean, _v, _t, _l = group_moments(self.terms)
        line, day = self.terms.line[starts], self.term_day[starts]
        order = np.lexsort((day, line))
        self.sum_key = line[order] * float(DAY_LIMIT * 10) + np.minimum(
            day[order], DAY_LIMIT * 9
        )
        self.sum_value = np.r_[0, np.cumsum(mean[order])]

    def _booked_until(self, line, day):
        """Expected booked use of lines from today through `day` (inclusive)."""
        base = line * float(DAY_LIMIT * 10)
        first = np.searchsorted(self.sum_key, base, side="left")
        last = np.searchsorted(
            self.sum_key, base + np.minimum(day, DAY_LIMIT * 9), side="right"
        )
        return np.where(day < 0, 0, self.sum_value[last] - self.sum_value[first])

    def _until(self, day):
        """Expected demand of each lot's line through its expiry; inf beyond the judged horizon."""
        line = self.lot_line
        horizon = np.maximum(self.span[line], self.options.waste_days)
        known = np.clip(day, -1, DAY_LIMIT * 9)
        unbooked = self.rate[line] * np.maximum(known + 1 - self.first[line], 0)
        demand = np.where(day < 0, 0, unbooked + self._booked_until(line, known))
        return np.where(day > horizon, np.inf, demand)

    def _perishable(self):
        """Inputs of the newsvendor cap, or None when no line states a shelf life and a cost."""
        with np.errstate(invalid="ignore"):
            applies = (self.shelf >= 0) & (self.cost > 0)
        if not applies.any():
            return None
        implied = self.cost * self.service / (1 - self.service)
        shortage = np.where(
            np.isnan(self.shortage) | (self.shortage < 0), implied, self.shortage
        )
        life = np.minimum(np.nan_to_num(self.shelf) + self.lead, DAY_LIMIT)
        booked = self._booked_until(np.arange(self.n), life - 1)
        unbooked = self.rate * np.maximum(life - self.first, 0)
        mean = booked + unbooked
        # booked events vary no more than Poisson demand of the same mean
        extra = np.divide(
            unbooked * (self.dispersion - 1), mean, out=np.zeros(self.n), where=mean > 0
        )
        return Perishable(applies, shortage, self.cost, mean, 1 + extra)

    def _level(self, found):
        """Order-up-to levels and the reason where they were lowered ("" | "expiry" | "par_max")."""
        level = np.minimum(found.quantile, found.cap)
        cap = np.where(found.cap < found.quantile, "expiry", "").astype(object)
        if self.options.respect_par_max:
            z = special.ndtri(self.service)
            booked = found.booked_mean + np.maximum(z, 0) * np.sqrt(
                found.booked_variance
            )
            limit = np.maximum(self.par_max, np.ceil(booked - 1e-9))
            over = (self.par_max > 0) & (level > limit)
            level, cap = np.where(over, limit, level), np.where(over, "par_max", cap)
        low = level < self.par_min
        level = np.maximum(level, self.par_min)
        return level, np.where(low & (level >= found.quantile), "", cap)

    def _round(self, need):
        """Packs needed; at least the minimum order when anything is needed."""
        packs = np.ceil(need / self.pack - 1e-9)
        least = np.ceil(self.min_order / self.pack - 1e-9)
        return np.where(need > 0, np.maximum(packs, least) * self.pack, 0.0)

    def _waste(self, waste, counted):
        some = waste > 1e-9
        return pd.DataFrame(
            {
                "line_id": self.keys[self.lot_line[some]],
                "lot_id": self.lot_key[some],
                "quantity": waste[some],
                "expiry": pd.to_datetime(
                    pd.Series(self.lot_expiry[some]), errors="coerce"
                ),
                "counted": counted[some],
            }
        )
