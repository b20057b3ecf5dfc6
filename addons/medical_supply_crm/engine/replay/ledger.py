# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From ledger rows to a matrix of demand, series × periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import LedgerError

KEYS = ["site", "product", "date"]
FLOWS = ["opening", "received", "distributed", "adjusted", "closing"]
# columns a ledger may have besides, and what holds where it has none
OPTIONAL = {"unit_cost": 1.0, "pack_size": 1.0, "shelf_life_days": np.nan}
PERIODS = {"month": "M", "week": "W-SUN", "day": "D"}
DAYS = {"month": 30.4375, "week": 7.0, "day": 1.0}
MIN_PERIODS = 8
REPORTED = 1000  # further problems of a file are counted, not listed


@dataclass
class Ledger:
    """Demand of S series (site × product) over T periods.

    :ivar series: DataFrame, S rows: site, product, unit_cost, pack_size, shelf_life_days
    :ivar periods: PeriodIndex, T
    :ivar period: "month", "week" or "day"
    :ivar demand: (S, T) units wanted; never NaN
    :ivar used: (S, T) units distributed as written; NaN where nothing was written
    :ivar estimated: (S, T) bool, demand is an estimate: no row, or shelf empty
    :ivar opening: (S, T) opening stock as written, NaN where none
    :ivar closing: (S, T) closing stock as written, NaN where none
    :ivar problems: DataFrame line (of the file, header = 1), field, value, reason
    """

    series: pd.DataFrame
    periods: pd.PeriodIndex
    period: str
    demand: np.ndarray
    used: np.ndarray
    estimated: np.ndarray
    opening: np.ndarray
    closing: np.ndarray
    problems: pd.DataFrame

    @property
    def days(self):
        """Mean length of a period in days."""
        return DAYS[self.period]

    def starts(self):
        """First day of each period and of the one after the last, datetime64[D], T + 1."""
        following = self.periods.append(self.periods[-1:] + 1)
        return following.start_time.to_numpy().astype("datetime64[D]")


class Problems:
    """Rows set aside or doubted."""

    def __init__(self):
        self.rows = []
        self.more = 0

    def add(self, line, field, value, reason):
        if len(self.rows) < REPORTED:
            self.rows.append((int(line), field, str(value), reason))
        else:
            self.more += 1

    def add_all(self, lines, field, values, reason):
        for line, value in zip(lines, values, strict=True):
            self.add(line, field, value, reason)

    def frame(self):
        if self.more:
            self.rows.append((0, "", "", f"{self.more} further problem(s) not listed"))
        frame = pd.DataFrame(self.rows, columns=["line", "field", "value", "reason"])
        return frame.sort_values("line", kind="stable", ignore_index=True)


def read_ledger(frame, period="auto", unmet="estimate"):
    """Read rows of a ledger.

    Demand of a period is what was distributed. Where the shelf was empty at its end, more may have been
    wanted: demand is then at least the mean of the series' periods with stock in the year around it
    (`unmet="estimate"`; Wecker 1978 calls such sales censored), or what was distributed (`"ignore"`).
    A period without a row is taken as that same mean.

    :param frame: DataFrame of text or numbers: site, product, date, opening, received, distributed,
        adjusted, closing; optional unit_cost, pack_size, shelf_life_days, expiry (of what was received;
        its median distance is the shelf life where no shelf_life_days is given), stockout_days
    :param period: "auto" (from the dates of the rows), "month", "week" or "day"
    :param unmet: "estimate" or "ignore"
    :return: `Ledger`; rows that cannot be used are in its problems
    :raises LedgerError: a needed column is missing, or no series has 8 periods
    """
    missing = [name for name in KEYS + FLOWS if name not in frame.columns]
    if missing:
        raise LedgerError(
            f"column(s) missing: {', '.join(missing)}; found: {', '.join(map(str, frame.columns))}"
        )
    problems = Problems()
    rows = _typed(frame, problems)
    if rows.empty:
        raise LedgerError("no usable row in the ledger" + _first(problems))
    period = _period(rows["date"]) if period == "auto" else period
    if period not in PERIODS:
        raise LedgerError(f"period {period!r}: must be auto, {', '.join(PERIODS)}")
    rows["period"] = rows["date"].dt.to_period(PERIODS[period])
    table = _by_period(rows, problems)
    counts = table.groupby(["site", "product"])["period"].nunique()
    short = counts[counts < MIN_PERIODS]
    for (site, product), count in short.items():
        line = table.loc[
            (table["site"] == site) & (table["product"] == product), "line"
        ].min()
        problems.add(
            line, "site, product", f"{site}, {product}",
            f"only {count} period(s), at least {MIN_PERIODS} are needed: series left out",
        )  # fmt: skip
    kept = counts.index[counts >= MIN_PERIODS]
    if not len(kept):
        raise LedgerError(f"no series has {MIN_PERIODS} {period}s or more")
    series = pd.DataFrame(index=kept).reset_index()
    periods = pd.period_range(table["period"].min(), table["period"].max())
    grid = table.set_index(["site", "product"]).loc[kept]
    grid = grid.set_index("period", append=True)

    def matrix(name):
        wide = grid[name].unstack("period").reindex(index=kept, columns=periods)
        return wide.to_numpy(float)

    used, opening, closing = matrix("distributed"), matrix("opening"), matrix("closing")
    empty = (closing <= 0) | (matrix("stockout_days") > 0)
    demand, estimated = _demand(used, empty, unmet, int(round(365 / DAYS[period])))
    for name, default in OPTIONAL.items():
        typical = grid.groupby(level=[0, 1])[name].median().reindex(kept)
        series[name] = typical.fillna(default).to_numpy()
    return Ledger(
        series, periods, period, demand, used, estimated, opening, closing,
        problems.frame(),
    )  # fmt: skip


def _first(problems):
    return (
        f"; first problem: {problems.rows[0][3]} ({problems.rows[0][1]} {problems.rows[0][2]!r})"
        if problems.rows
        else ""
    )


def _typed(frame, problems):
    """Rows with typed columns; unusable ones are reported and left out."""
    rows = frame.copy()
    rows["line"] = np.arange(2, len(rows) + 2)
    bad = pd.Series(False, index=rows.index)

    def refuse(mask, field, reason):
        nonlocal bad
        mask = mask & ~bad
        problems.add_all(rows.loc[mask, "line"], field, frame.loc[mask, field], reason)
        bad |= mask

    for name in ("site", "product"):
        rows[name] = frame[name].fillna("").astype(str).str.strip()
        refuse(rows[name] == "", name, "empty")
    rows["date"] = pd.to_datetime(frame["date"], errors="coerce")
    refuse(rows["date"].isna(), "date", "not a date")
    for name in FLOWS + [n for n in (*OPTIONAL, "stockout_days") if n in frame]:
        # plain floats: pandas' own missing value would make every comparison unknown
        number = pd.to_numeric(_plain(frame[name]), errors="coerce")
        rows[name] = number.astype(float)
        given = _plain(frame[name]).fillna("").astype(str).str.strip() != ""
        finite = np.isfinite(rows[name].astype(float))
        refuse(given & ~finite, name, "not a number")
    refuse(rows["distributed"].isna(), "distributed", "empty")
    refuse(rows["distributed"] < 0, "distributed", "negative")
    for name in ("opening", "closing"):
        refuse(rows[name] < 0, name, "negative")
    for name, least in (("unit_cost", 0), ("pack_size", 1e-9), ("shelf_life_days", 1)):
        if name in frame:
            refuse(rows[name] < least, name, "too small")
    rows = rows[~bad].copy()
    for name in (*OPTIONAL, "stockout_days"):
        if name not in frame:
            rows[name] = np.nan
    if "expiry" in frame and rows["shelf_life_days"].isna().all():
        expiry = pd.to_datetime(frame.loc[rows.index, "expiry"], errors="coerce")
        life = (expiry - rows["date"]).dt.days.where(rows["received"] > 0)
        rows["shelf_life_days"] = life.where(life > 0)
    balance = (
        rows["opening"] + rows["received"] - rows["distributed"] + rows["adjusted"]
    )
    off = (balance - rows["closing"]).abs() > 1e-6 * (1 + rows["closing"].abs())
    problems.add_all(
        rows.loc[off, "line"], "closing", frame.loc[rows.index[off], "closing"],
        "is not opening + received - distributed + adjusted; used as written",
    )  # fmt: skip
    return rows


def _plain(column):
    """Numbers as people write them: 1,234 is 1234."""
    if column.dtype == object:
        return (
            column.astype("string")
            .str.strip()
            .str.replace(r"(?<=\d),(?=\d{3})", "", regex=True)
        )
    return column


def _period(dates):
    """The longest period of which no series' rows fall twice into most of them."""
    days = np.unique(dates.dt.normalize().to_numpy().astype("datetime64[D]"))
    if len(days) < 2:
        return "month"
    step = np.median(np.diff(days).astype(int))
    return "day" if step < 4 else "week" if step < 20 else "month"


def _by_period(rows, problems):
    """One row per series and period: flows summed, first opening, last closing."""
    rows = rows.sort_values(["date", "line"], kind="stable")
    again = rows.duplicated(["site", "product", "period", "date"])
    problems.add_all(
        rows.loc[again, "line"], "date", rows.loc[again, "date"].dt.date,
        "second row of the same site, product and date; summed",
    )  # fmt: skip
    return rows.groupby(["site", "product", "period"], as_index=False).agg(
        line=("line", "min"),
        opening=("opening", "first"),
        distributed=("distributed", "sum"),
        closing=("closing", "last"),
        stockout_days=("stockout_days", "max"),
        **{name: (name, "median") for name in OPTIONAL},
    )


def _demand(used, empty, unmet, year):
    """(demand, estimated): see `read_ledger`; `year` is the periods of a year."""
    known = ~np.isnan(used)
    good = known & ~empty
    # with nothing better, a shelf that was always empty speaks for itself
    good |= known & ~good.any(1, keepdims=True)
    total = np.cumsum(np.pad(np.where(good, used, 0.0), ((0, 0), (1, 0))), 1)
    count = np.cumsum(np.pad(good, ((0, 0), (1, 0))), 1)
    width = used.shape[1]
    place = np.arange(width)
    low = np.maximum(place - year // 2, 0)
    high = np.minimum(place + year // 2 + 1, width)
    near = count[:, high] - count[:, low]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[:, high] - total[:, low]) / near
        overall = total[:, -1:] / count[:, -1:]
    mean = np.where(near > 0, mean, overall)
    lost = known & empty & (used < mean) & (unmet == "estimate")
    demand = np.where(~known | lost, mean, used)
    return demand, ~known | lost
