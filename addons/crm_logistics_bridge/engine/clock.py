# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Time that counts: days on which goods move, closed days cut out.

A lead time of "two days" from Thursday evening means something else before a long
weekend. Lead times are therefore learned and foretold in *open days*: the calendar
without public holidays, the company's own closed days, and the weekdays on which
nothing ever arrives. A clock without closed days is the calendar itself.
"""

import numpy as np
import pandas as pd

#: Fewest arrivals before a weekday may be called closed, and the most it may have.
MIN_ARRIVALS, CLOSED_SHARE = 200, 0.01
#: Days after the last known date that a clock reaches.
HORIZON = 400


def closed_weekdays(arrivals, min_arrivals=MIN_ARRIVALS, share=CLOSED_SHARE):
    """Weekdays on which as good as nothing arrives.

    :param arrivals: Series of datetimes, local time
    :param int min_arrivals: below this many arrivals no weekday is called closed
    :param float share: largest share of all arrivals that a closed weekday may have
    :return: sorted list of weekdays (0 = Monday); never all seven

    >>> closed_weekdays(pd.Series(pd.date_range("2026-01-05", periods=5)))
    []
    """
    if len(arrivals) < max(min_arrivals, 1):
        return []
    counts = np.bincount(arrivals.dt.weekday, minlength=7)
    return [day for day in range(7) if counts[day] < share * len(arrivals)]


def holiday_dates(country, years, subdivision=None):
    """Public holidays of a country (library ``holidays``), observed days included.

    :param str country: ISO 3166 code
    :param years: iterable of years
    :return: set of dates; empty for a country that the library does not know

    >>> import datetime
    >>> datetime.date(2026, 2, 17) in holiday_dates("KR", [2026])  # Seollal
    True
    """
    import holidays

    if not country:
        return set()
    try:
        return set(
            holidays.country_holidays(
                country, subdiv=subdivision, years=sorted(set(years))
            )
        )
    except NotImplementedError:
        return set()


class Clock:
    """Turns local datetimes into open days and back, for whole Series at once."""

    def __init__(self, first, last, closed=(), weekdays=()):
        """
        :param first, last: dates between which times will be asked for; the clock
            reaches :data:`HORIZON` days further on both sides
        :param closed: dates on which nothing moves
        :param weekdays: weekdays (0 = Monday) on which nothing moves
        :raises ValueError: all seven weekdays are closed
        """
        if len(set(weekdays)) >= 7:
            raise ValueError(f"weekdays leaves no open day, got {sorted(weekdays)}")
        self.first = pd.Timestamp(first).normalize() - pd.Timedelta(HORIZON, "D")
        days = pd.date_range(
            self.first, pd.Timestamp(last).normalize() + pd.Timedelta(HORIZON, "D")
        )
        shut = days.weekday.isin(list(weekdays)) | days.isin(
            pd.to_datetime(list(closed))
        )
        self.open = ~shut
        self.after = np.cumsum(self.open)
        self.before = self.after - self.open

    def to_open(self, local):
        """Open days gone by since the clock's first day; missing stays missing."""
        known = local.notna()
        result = np.full(len(local), np.nan)
        since = (local[known] - self.first).dt.total_seconds().to_numpy() / 86400
        day = np.clip(np.floor(since).astype(int), 0, len(self.open) - 1)
        result[known.to_numpy()] = self.before[day] + np.where(
            self.open[day], since - day, 0.0
        )
        return pd.Series(result, index=local.index)

    def from_open(self, days):
        """Local datetimes (to the second) at so many open days; the inverse of to_open.

        The end of one open day is the start of the next.
        """
        known = days.notna()
        result = pd.Series(pd.NaT, index=days.index, dtype="datetime64[ns]")
        # A tenth of a second: floats of a few thousand days are not exact.
        value = days[known].to_numpy(float) + 1e-6
        day = np.clip(
            np.searchsorted(self.after, value, side="right"), 0, len(self.open) - 1
        )
        rest = np.clip(days[known].to_numpy(float) - self.before[day], 0.0, None)
        result[known] = (
            self.first
            + pd.to_timedelta(day, unit="D")
            + pd.to_timedelta(np.round(rest * 86400), unit="s")
        )
        return result
