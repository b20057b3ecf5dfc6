# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The engine's input tables, checked and turned into arrays; see `replenish` for their columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .demand import Terms
from .frames import checked, days, numbers, require

DAY_LIMIT = 3660


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


class Inputs:
    """The tables of one run as clean arrays, per stock line unless the name says otherwise."""

    def __init__(self, today, options, problems):
        self.today, self.options, self.problems = today, options, problems

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
        days_text = f"days must lie between 0 and {DAY_LIMIT}; line left out"
        rate_text = "use per day must be a number from 0; line left out"
        level_text = "service level must lie above 0 and below 1; default taken"
        tiny = 1e-9
        data = {
            "review": column("review_days", 0, 0, DAY_LIMIT, nan, days_text),
            "lead": column("lead_days", 0, 0, DAY_LIMIT, nan, days_text),
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
        line = self.lines_of(lots, "lots", keys)
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
        line = self.lines_of(incoming, "incoming", keys)
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

    def lines_of(self, frame, table, keys):
        line = self.index.get_indexer(frame["line_id"].to_numpy())
        self.problems.add(
            table,
            keys[line < 0],
            "line_id",
            "unknown-line",
            "no such stock line; left out",
        )
        return line
