# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import datetime

import numpy as np
import pandas as pd
import pytest
from crm_logistics_bridge.engine import clock

SEOLLAL = [datetime.date(2026, 2, day) for day in (16, 17, 18)]


def series(*texts):
    return pd.Series(pd.to_datetime(list(texts)))


def test_korean_holidays_are_known():
    days = clock.holiday_dates("KR", [2026])
    assert set(SEOLLAL) <= days
    assert datetime.date(2026, 2, 19) not in days
    assert clock.holiday_dates("XX", [2026]) == set()
    assert clock.holiday_dates(False, [2026]) == set()


def test_two_days_over_seollal():
    ticker = clock.Clock("2026-02-01", "2026-03-01", SEOLLAL, [6])
    start = series("2026-02-13 12:00")  # Friday; Sunday and Mon-Wed are closed
    arrival = ticker.from_open(ticker.to_open(start) + 2)
    assert arrival[0] == pd.Timestamp("2026-02-19 12:00")  # Sat, then Thu


def test_closed_start_waits_for_the_next_open_day():
    ticker = clock.Clock("2026-02-01", "2026-03-01", SEOLLAL)
    start = ticker.from_open(ticker.to_open(series("2026-02-17 15:00")))
    assert start[0] == pd.Timestamp("2026-02-19 00:00")


def test_without_closed_days_the_clock_is_the_calendar():
    ticker = clock.Clock("2026-01-01", "2026-12-31")
    rng = np.random.default_rng(1)
    times = pd.Series(
        pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 3e7, 500), "s")
    )
    assert (ticker.from_open(ticker.to_open(times)) == times).all()
    assert ticker.to_open(series("2026-03-02", None)).isna().tolist() == [False, True]
    assert ticker.from_open(pd.Series([np.nan])).isna().all()


def test_open_days_never_run_backwards():
    ticker = clock.Clock("2026-01-01", "2026-12-31", SEOLLAL, [5, 6])
    times = pd.Series(pd.date_range("2026-01-01", "2026-12-31", freq="7h"))
    assert ticker.to_open(times).is_monotonic_increasing


def test_weekdays_without_arrivals_are_learned():
    days = pd.Series(pd.date_range("2025-01-01", periods=365))
    weekdays = days[days.dt.weekday < 6]
    assert clock.closed_weekdays(weekdays) == [6]
    assert clock.closed_weekdays(days) == []
    assert clock.closed_weekdays(weekdays.head(50)) == []


def test_seven_closed_weekdays_are_refused():
    with pytest.raises(ValueError, match="no open day"):
        clock.Clock("2026-01-01", "2026-01-31", [], range(7))
