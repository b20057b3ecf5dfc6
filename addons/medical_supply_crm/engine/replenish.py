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

from .demand import Perishable, Terms, group_moments, levels
from .frames import Problems, checked, days, numbers, require
from .lots import fefo_waste

_DAY_LIMIT = 3660
_CELLS = 4_000_000  # line × day cells of the shortage grid held at once


@dataclass(frozen=True)
class Options:
    """Settings of a run.

    :ivar waste_days: lots expiring within this many days are judged for `Plan.waste`, even
        where the protection interval is shorter
    :ivar short_threshold: expected units missing from which a line counts as short
    :ivar respect_par_max: par max limits the level (booked need excepted)
    :ivar default_service: service level of lines that state none
    """

    waste_days: int = 90
    short_threshold: float = 0.5
    respect_par_max: bool = True
    default_service: float = 0.95


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


class _Run:
    """One planning run; arrays are per stock line unless their name says otherwise."""

    def __init__(self, today, options, problems):
        self.today, self.options, self.problems = today, options, problems

    # --- reading -----------------------------------------------------------------------------
    def read_stock(self, stock):
        needed = [
            "line_id",
            "storeroom_id",
            "product_id",
            "par_min",
            "par_max",
            "review_days",
        ]
        needed += [
            "lead_days",
            "service_level",
            "pack_size",
            "min_order",
            "unit_cost",
            "base_rate",
        ]
        stock = require(stock, "stock", needed)
        keys, problems = stock["line_id"].to_numpy(), self.problems

        def column(name, default, low, high, fallback, text):
            return checked(
                problems, "stock", keys, name, numbers(stock, name, default),
                low=low, high=high, default=fallback, message=text,
            )  # fmt: skip

        nan, big = np.nan, 1e12
        days_text = f"days must lie between 0 and {_DAY_LIMIT}; line left out"
        rate_text = "use per day must be a number from 0; line left out"
        level_text = "service level must lie above 0 and below 1; default taken"
        tiny = 1e-9
        data = {
            "review": column("review_days", 0, 0, _DAY_LIMIT, nan, days_text),
            "lead": column("lead_days", 0, 0, _DAY_LIMIT, nan, days_text),
            "rate": column("base_rate", 0, 0, 1e9, nan, rate_text),
            "service": column(
                "service_level", self.options.default_service, tiny, 1 - tiny,
                self.options.default_service, level_text,
            ),
            "par_min": column("par_min", 0, 0, big, 0, "par minimum must be ≥ 0; 0 taken"),
            "par_max": column("par_max", 0, 0, big, 0, "par maximum must be ≥ 0; ignored"),
            "pack": column("pack_size", 1, tiny, big, 1, "pack size must be > 0; 1 taken"),
            "min_order": column("min_order", 0, 0, big, 0, "minimum order must be ≥ 0; 0 taken"),
            "cost": column("unit_cost", 0, 0, big, 0, "unit cost must be ≥ 0; no expiry cap"),
            "dispersion": column(
                "base_dispersion", 1, 1, 1e6, 1, "variance ÷ mean must be ≥ 1; 1 (Poisson) taken"
            ),
        }  # fmt: skip
        shortage = numbers(stock, "shortage_cost")
        shelf = numbers(stock, "shelf_life_days")
        first = days(stock, "first_use_date", self.today)
        double = stock["line_id"].duplicated().to_numpy()
        place = pd.MultiIndex.from_frame(stock[["storeroom_id", "product_id"]])
        twin = place.duplicated() & ~double
        problems.add(
            "stock",
            keys[double],
            "line_id",
            "duplicate",
            "line given twice; first kept",
        )
        problems.add(
            "stock", keys[twin], "product_id", "duplicate",
            "product given twice for this storeroom; first kept",
        )  # fmt: skip
        empty = (
            stock[["line_id", "storeroom_id", "product_id"]]
            .isna()
            .any(axis=1)
            .to_numpy()
        )
        problems.add(
            "stock", np.flatnonzero(empty), "line_id", "empty", "id empty; row left out"
        )
        good = ~(double | twin | empty)
        good &= ~np.isnan(data["review"] + data["lead"] + data["rate"])
        for name, values in data.items():
            setattr(self, name, values[good])
        wrong = (self.par_max > 0) & (self.par_max < self.par_min)
        self.keys = keys[good]
        problems.add(
            "stock", self.keys[wrong], "par_max", "out-of-range",
            "par maximum is below par minimum; ignored", "warning",
        )  # fmt: skip
        self.par_max[wrong] = 0
        self.shortage, self.shelf = shortage[good], shelf[good]
        self.first = np.maximum(np.nan_to_num(first[good], nan=0.0), 0)
        self.review, self.lead = np.ceil(self.review), np.ceil(self.lead)
        self.span = np.maximum(self.review + self.lead, 1)
        self.n = len(self.keys)
        self.index = pd.Index(self.keys)
        self.stores = pd.Index(stock["storeroom_id"].to_numpy()[good]).unique()
        self.products = pd.Index(stock["product_id"].to_numpy()[good]).unique()
        store = self.stores.get_indexer(stock["storeroom_id"].to_numpy()[good])
        product = self.products.get_indexer(stock["product_id"].to_numpy()[good])
        place = store.astype(np.int64) * max(len(self.products), 1) + product
        self.place_order = np.argsort(place, kind="stable")
        self.place_sorted = place[self.place_order]

    def read_bookings(self, bookings, kit_lines):
        bookings = require(
            bookings,
            "bookings",
            ["event_id", "storeroom_id", "kit_id", "date", "show_probability"],
        )
        kits = require(
            kit_lines, "kit_lines", ["kit_id", "product_id", "quantity", "probability"]
        )
        problems = self.problems
        kit_keys = kits["kit_id"].to_numpy()
        quantity = checked(
            problems, "kit_lines", kit_keys, "quantity", numbers(kits, "quantity"),
            low=0, high=1e9, default=np.nan, message="quantity must be ≥ 0; kit line left out",
        )  # fmt: skip
        chance = checked(
            problems, "kit_lines", kit_keys, "probability", numbers(kits, "probability", 1),
            low=0, high=1, default=1.0, message="probability must lie between 0 and 1; 1 taken",
        )  # fmt: skip
        keys = bookings["event_id"].to_numpy()
        show = checked(
            problems, "bookings", keys, "show_probability", numbers(bookings, "show_probability", 1),
            low=0, high=1, default=1.0, message="probability must lie between 0 and 1; 1 taken",
        )  # fmt: skip
        day = days(bookings, "date", self.today)
        problems.add(
            "bookings",
            keys[np.isnan(day)],
            "date",
            "no-date",
            "no date; event left out",
        )
        with np.errstate(invalid="ignore"):
            ahead = day >= 0  # what is past has been used
        kit_index = pd.Index(kit_keys).unique()
        kit = kit_index.get_indexer(bookings["kit_id"].to_numpy())
        problems.add(
            "bookings", keys[(kit < 0) & ahead], "kit_id", "unknown-kit",
            "the kit has no lines; the event asks for nothing", "warning",
        )  # fmt: skip
        left = pd.DataFrame(
            {
                "kit": kit,
                "event": np.arange(len(bookings)),
                "store": self.stores.get_indexer(bookings["storeroom_id"].to_numpy()),
                "day": day,
                "show": show,
            }
        )[ahead & (kit >= 0)]
        right = pd.DataFrame(
            {
                "kit": kit_index.get_indexer(kit_keys),
                "product": self.products.get_indexer(kits["product_id"].to_numpy()),
                "product_id": kits["product_id"].to_numpy(),
                "quantity": quantity,
                "probability": chance,
            }
        )
        right = right[right["quantity"] > 0]
        terms = left.merge(right, on="kit", how="inner")
        place = terms["store"].to_numpy(np.int64) * max(len(self.products), 1)
        place = place + terms["product"].to_numpy(np.int64)
        line = np.full(len(terms), -1)
        if self.n and len(terms):
            at = np.minimum(np.searchsorted(self.place_sorted, place), self.n - 1)
            known = (
                (self.place_sorted[at] == place)
                & (terms["store"] >= 0)
                & (terms["product"] >= 0)
            )
            line[known] = self.place_order[at[known]]
        lost = terms[line < 0]
        if len(lost):
            stores = bookings["storeroom_id"].to_numpy()[lost["event"]]
            pairs = pd.Series(
                list(zip(stores, lost["product_id"], strict=True))
            ).unique()
            problems.add(
                "bookings", pairs, "product_id", "no-line",
                "booked kits need this product, the storeroom has no line for it", "error",
            )  # fmt: skip
        terms = terms[line >= 0].assign(line=line[line >= 0])
        self.terms, self.term_day = self._sorted_terms(terms)

    def _sorted_terms(self, terms):
        """Terms sorted by (line, event); certain uses of one event on one line are joined."""
        terms = terms.sort_values(["line", "event", "probability"], kind="stable")
        sure = terms["probability"].to_numpy() >= 1
        line, event = terms["line"].to_numpy(), terms["event"].to_numpy()
        follows = np.zeros(len(terms), bool)
        if len(terms):
            follows[1:] = (
                sure[1:]
                & sure[:-1]
                & (line[1:] == line[:-1])
                & (event[1:] == event[:-1])
            )
            starts = np.flatnonzero(~follows)
            quantity = np.add.reduceat(terms["quantity"].to_numpy(), starts)
            terms = terms.iloc[starts].assign(quantity=quantity)
        arrays = (
            terms[c].to_numpy()
            for c in ("line", "event", "quantity", "probability", "show")
        )
        return Terms(*arrays), terms["day"].to_numpy()

    def read_lots(self, lots):
        lots = require(lots, "lots", ["line_id", "lot_id", "quantity", "expiry"])
        keys = lots["lot_id"].to_numpy()
        line = self._lines_of(lots, "lots", keys)
        quantity = checked(
            self.problems, "lots", keys, "quantity", numbers(lots, "quantity"),
            low=0, high=1e12, default=np.nan,
            message="quantity must be ≥ 0; lot left out (negative stock: count the storeroom)",
        )  # fmt: skip
        day = days(lots, "expiry", self.today)
        broken = np.isnan(day) & lots["expiry"].notna().to_numpy()
        self.problems.add(
            "lots", keys[broken], "expiry", "bad-date",
            "expiry is not a date; the lot counts as expired until it is corrected",
        )  # fmt: skip
        day = np.where(broken, -1, np.where(np.isnan(day), np.inf, day))
        good = (line >= 0) & (quantity > 0)
        frame = pd.DataFrame(
            {
                "line": line,
                "day": day,
                "row": np.arange(len(lots)),
                "quantity": quantity,
            }
        )[good].sort_values(["line", "day", "row"], kind="stable")
        self.lot_line = frame["line"].to_numpy()
        self.lot_day = frame["day"].to_numpy()
        self.lot_quantity = frame["quantity"].to_numpy()
        self.lot_key = keys[frame["row"].to_numpy()]
        self.lot_expiry = lots["expiry"].to_numpy()[frame["row"].to_numpy()]

    def read_incoming(self, incoming):
        incoming = require(incoming, "incoming", ["line_id", "date", "quantity"])
        keys = incoming["line_id"].to_numpy()
        line = self._lines_of(incoming, "incoming", keys)
        quantity = checked(
            self.problems, "incoming", keys, "quantity", numbers(incoming, "quantity"),
            low=0, high=1e12, default=np.nan, message="quantity must be ≥ 0; not counted",
        )  # fmt: skip
        day = days(incoming, "date", self.today)
        self.problems.add(
            "incoming",
            keys[np.isnan(day)],
            "date",
            "no-date",
            "no arrival date; not counted",
        )
        with np.errstate(invalid="ignore"):
            late = day < 0
            good = (line >= 0) & (quantity > 0) & ~np.isnan(day)
        self.problems.add(
            "incoming", keys[late & good], "date", "overdue",
            "arrival date has passed; counted as arriving today", "warning",
        )  # fmt: skip
        self.in_line, self.in_quantity = line[good], quantity[good]
        self.in_day = np.maximum(day[good], 0)

    def _lines_of(self, frame, table, keys):
        line = self.index.get_indexer(frame["line_id"].to_numpy())
        self.problems.add(
            table,
            keys[line < 0],
            "line_id",
            "unknown-line",
            "no such stock line; left out",
        )
        return line

    # --- planning ----------------------------------------------------------------------------
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
        short, at_risk = self._shortages(
            inside, self.term_day[within], np.where(counted, waste, 0.0)
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
        self.sum_key = line[order] * float(_DAY_LIMIT * 10) + np.minimum(
            day[order], _DAY_LIMIT * 9
        )
        self.sum_value = np.r_[0, np.cumsum(mean[order])]

    def _booked_until(self, line, day):
        """Expected booked use of lines from today through `day` (inclusive)."""
        base = line * float(_DAY_LIMIT * 10)
        first = np.searchsorted(self.sum_key, base, side="left")
        last = np.searchsorted(
            self.sum_key, base + np.minimum(day, _DAY_LIMIT * 9), side="right"
        )
        return np.where(day < 0, 0, self.sum_value[last] - self.sum_value[first])

    def _until(self, day):
        """Expected demand of each lot's line through its expiry; inf beyond the judged horizon."""
        line = self.lot_line
        horizon = np.maximum(self.span[line], self.options.waste_days)
        known = np.clip(day, -1, _DAY_LIMIT * 9)
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
        life = np.minimum(np.nan_to_num(self.shelf) + self.lead, _DAY_LIMIT)
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

    def _shortages(self, terms, term_day, waste):
        """Day from which expected use outruns supply (NaN: none) and booked events at risk."""
        short, at_risk = np.full(self.n, np.nan), np.zeros(self.n, int)
        starts, mean, _v, _t, largest = group_moments(terms)
        owner, when = terms.line[starts], term_day[starts].astype(int)
        order = np.lexsort((when, owner))
        owner, when = owner[order], when[order]
        mean, largest = mean[order], largest[order]
        lines = np.argsort(self.span, kind="stable")
        cells = np.cumsum(self.span[lines])
        for part in np.split(lines, np.flatnonzero(np.diff(cells // _CELLS)) + 1):
            if len(part):
                self._shortages_of(
                    np.sort(part), owner, when, mean, largest, waste, short, at_risk
                )
        return short, at_risk

    def _shortages_of(self, part, owner, when, mean, largest, waste, short, at_risk):
        width = int(self.span[part].max())
        row_of = np.full(self.n, -1)
        row_of[part] = np.arange(len(part))

        def grid(line, day, values):
            row = row_of[line]
            keep = (row >= 0) & (day < width)
            cell = row[keep] * width + day[keep].astype(int)
            # astype: bincount of nothing gives integers whatever the weights are
            return (
                np.bincount(cell, values[keep], len(part) * width)
                .astype(float)
                .reshape(len(part), width)
            )

        offsets = np.arange(width)
        daily = self.rate[part, None] * (offsets >= self.first[part, None])
        booked = grid(owner, when, mean)
        gone_day = np.maximum(self.lot_day + 1, 0)
        supply = grid(self.lot_line, np.zeros(len(self.lot_line)), self.lot_quantity)
        supply -= grid(self.lot_line, gone_day, waste)
        supply += grid(self.in_line, self.in_day, self.in_quantity)
        supply = np.cumsum(supply, axis=1)
        gap = np.cumsum(daily + booked, axis=1) - supply
        gap[offsets >= self.span[part, None]] = -np.inf
        missing = gap >= self.options.short_threshold
        short[part] = np.where(missing.any(axis=1), missing.argmax(axis=1), np.nan)
        # an event is at risk when what it may need is not there after expected earlier use
        mine = row_of[owner] >= 0
        if mine.any():
            row, day = row_of[owner[mine]], when[mine]
            before = np.cumsum(mean[mine]) - mean[mine]
            edges = np.r_[True, row[1:] != row[:-1]]
            before -= np.maximum.accumulate(np.where(edges, before, -np.inf))
            quiet = np.cumsum(daily, axis=1) - daily
            lack = before + quiet[row, day] + largest[mine] > supply[row, day] + 1e-9
            at_risk[part] = np.bincount(
                row, lack & (largest[mine] > 0), len(part)
            ).astype(int)

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
