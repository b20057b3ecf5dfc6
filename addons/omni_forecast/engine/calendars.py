# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dates <-> consecutive period numbers, for months, weeks and days.

A period number is an integer that grows by one from one period to the next:
months since year 0, weeks since an anchor weekday, days since 1970-01-01.
"""

from dataclasses import dataclass

import numpy as np

from .errors import EngineError

FREQUENCIES = ("M", "W", "D")
DEFAULT_SEASON = {"M": 12, "W": 52, "D": 7}


@dataclass(frozen=True)
class Calendar:
    """How the periods of one panel are dated.

    :param freq: "M", "W" or "D"
    :param anchor: W: weekday offset (0-6, days since 1970-01-01 modulo 7) of the
        dates; M: day of month used when writing a date (0 = last day of month)
    """

    freq: str
    anchor: int

    def number(self, days):
        """Period numbers of `days` (datetime64[D] array)."""
        days = np.asarray(days, dtype="datetime64[D]")
        if self.freq == "M":
            return days.astype("datetime64[M]").astype(np.int64)
        day = days.astype(np.int64)
        if self.freq == "W":
            return (day - self.anchor) // 7
        return day

    def date(self, number):
        """Dates (datetime64[ns]) that stand for period numbers."""
        number = np.asarray(number, dtype=np.int64)
        if self.freq == "M":
            first = number.astype("datetime64[M]")
            if self.anchor == 0:
                following = first + np.timedelta64(1, "M")
                days = following.astype("datetime64[D]") - np.timedelta64(1, "D")
            else:
                days = first.astype("datetime64[D]")
                days = days + np.timedelta64(self.anchor - 1, "D")
        elif self.freq == "W":
            days = (number * 7 + self.anchor).astype("datetime64[D]")
        else:
            days = number.astype("datetime64[D]")
        return days.astype("datetime64[ns]")


def calendar_of(days, freq):
    """The calendar that the dates of a panel follow.

    Months are written back the way they came: all on the last day of their month,
    or all on one and the same day (1 to 28), else on the first. Weeks keep the
    weekday that most dates have.

    :param days: datetime64[D] array, not empty
    :raises EngineError: unknown `freq`
    """
    if freq not in FREQUENCIES:
        raise EngineError(f"freq is {freq!r}; it must be one of M, W, D.")
    days = np.asarray(days, dtype="datetime64[D]")
    if freq == "M":
        month = days.astype("datetime64[M]")
        last = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
        last = last - np.timedelta64(1, "D")
        day = (days - month.astype("datetime64[D]")).astype(np.int64) + 1
        if len(days) and (days == last).all():
            return Calendar("M", 0)
        if len(days) and (day == day[0]).all() and day[0] <= 28:
            return Calendar("M", int(day[0]))
        return Calendar("M", 1)
    if freq == "W":
        weekday = np.bincount(days.astype(np.int64) % 7, minlength=7)
        return Calendar("W", int(weekday.argmax()))
    return Calendar("D", 0)


def frequency_doubt(days_sorted, same_series, freq):
    """A sentence when the spacing of the dates contradicts `freq`, else None.

    :param days_sorted: datetime64[D] sorted by series, then date
    :param same_series: bool array, True where a row belongs to the series of the
        row before it
    """
    gap = np.diff(days_sorted).astype(np.int64)[same_series[1:]]
    gap = gap[gap > 0]
    if gap.size < 8:
        return None
    usual = int(np.median(gap))
    if freq == "M" and usual < 27:
        hint = "W" if usual == 7 else "D"
        return f"freq is M but the dates are usually {usual} day(s) apart; use {hint}?"
    if freq == "W" and usual < 7:
        return f"freq is W but the dates are usually {usual} day(s) apart; use D?"
    if freq == "W" and gap.min() >= 28 and usual in (28, 29, 30, 31):
        return "freq is W but the dates are a month apart; use M?"
    if freq == "D" and gap.min() >= 28 and usual in (28, 29, 30, 31):
        return "freq is D but the dates are a month apart; use M?"
    if freq == "D" and gap.size >= 20 and not (gap % 7).any():
        return "freq is D but all dates are whole weeks apart; use W?"
    return None
