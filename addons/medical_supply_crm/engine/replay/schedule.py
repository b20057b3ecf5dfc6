# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was booked, and from when that was known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..demand import Terms
from .errors import LedgerError
from .ledger import PERIODS, Problems

NEEDED = ["site", "product", "event", "date", "known_from", "quantity"]
SHARES = ("probability", "show")


@dataclass
class Schedule:
    """Booked use, one row per event × product, sorted by (series, event).

    :ivar series: row of the ledger's series
    :ivar event: number of the event
    :ivar period: index of the ledger's period it is planned for
    :ivar known: index of the first period at whose start it was known
    :ivar gone: index of the first period at whose start it was cancelled; a large number if never
    :ivar quantity, probability, show: as in `engine.demand.Terms`
    :ivar problems: DataFrame line, field, value, reason
    """

    series: np.ndarray
    event: np.ndarray
    period: np.ndarray
    known: np.ndarray
    gone: np.ndarray
    quantity: np.ndarray
    probability: np.ndarray
    show: np.ndarray
    problems: pd.DataFrame

    def expected(self):
        """Mean use of each row, given what was booked."""
        return self.quantity * self.probability * self.show

    def known_at(self, now, until):
        """Mask of rows known at the start of period `now`, planned for [now, until)."""
        return (
            (self.known <= now)
            & (self.gone > now)
            & (self.period >= now)
            & (self.period < until)
        )

    def terms(self, mask, scale):
        """`Terms` of the rows, with show probabilities times `scale` of their series."""
        show = np.minimum(self.show[mask] * scale[self.series[mask]], 1)
        return Terms(
            self.series[mask], self.event[mask], self.quantity[mask],
            self.probability[mask], show,
        )  # fmt: skip


def read_schedule(frame, ledger):
    """Read booked use of the ledger's series.

    :param frame: DataFrame: site, product, event (any name), date, known_from (the day it was booked),
        quantity; optional probability (of use when the event takes place, 1), show (that it takes
        place, 1), cancelled_on (a day, empty: never)
    :return: `Schedule`; rows of series or days outside the ledger are left out silently, wrong ones are
        in its problems
    :raises LedgerError: a needed column is missing
    """
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        raise LedgerError(f"schedule: column(s) missing: {', '.join(missing)}")
    problems = Problems()
    rows = frame.copy()
    rows["line"] = np.arange(2, len(rows) + 2)
    bad = pd.Series(False, index=rows.index)

    def refuse(mask, field, reason):
        nonlocal bad
        mask = mask & ~bad
        problems.add_all(rows.loc[mask, "line"], field, frame.loc[mask, field], reason)
        bad |= mask

    for name in ("date", "known_from"):
        rows[name] = pd.to_datetime(frame[name], errors="coerce")
        refuse(rows[name].isna(), name, "not a date")
    rows["quantity"] = pd.to_numeric(frame["quantity"], errors="coerce").astype(float)
    refuse(~(rows["quantity"] > 0), "quantity", "not a number above zero")
    for name in SHARES:
        if name in frame:
            rows[name] = pd.to_numeric(frame[name], errors="coerce").astype(float)
            refuse(~rows[name].between(0, 1), name, "not between 0 and 1")
        else:
            rows[name] = 1.0
    rows["cancelled_on"] = (
        pd.to_datetime(frame["cancelled_on"], errors="coerce")
        if "cancelled_on" in frame
        else pd.NaT
    )
    rows = rows[~bad]
    index = pd.MultiIndex.from_frame(ledger.series[["site", "product"]])
    keys = pd.MultiIndex.from_arrays(
        [rows[n].astype(str).str.strip() for n in ("site", "product")]
    )
    series = index.get_indexer(keys)
    # offset from the ledger's first period; the start of a period is when orders are placed
    period = _period_of(rows["date"], ledger)
    inside = (series >= 0) & (period >= 0) & (period < len(ledger.periods))
    rows, series, period = rows[inside], series[inside], period[inside]
    event = pd.factorize(rows["event"].astype(str))[0]
    starts = ledger.starts()
    known = np.searchsorted(starts, _days(rows["known_from"]))
    gone = np.searchsorted(starts, _days(rows["cancelled_on"]))
    gone = np.where(rows["cancelled_on"].isna(), np.iinfo(np.int64).max, gone)
    order = np.lexsort((event, series))
    return Schedule(
        *(
            array[order]
            for array in (
                series, event, period, known, gone,
                rows["quantity"].to_numpy(float),
                rows["probability"].to_numpy(float),
                rows["show"].to_numpy(float),
            )
        ),
        problems.frame(),
    )  # fmt: skip


def _days(column):
    return column.to_numpy().astype("datetime64[D]")


def _period_of(dates, ledger):
    there = pd.PeriodIndex(dates.dt.to_period(PERIODS[ledger.period]))
    return there.asi8 - ledger.periods.asi8[0]
