# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Worked numbers of purchase quantities, vendor calendars and stock-outs."""

from datetime import date

import numpy as np
import pytest
from omni_forecast.engine.purchase import Offer, order_quantity
from omni_forecast.engine.reorder import lead_safety, reorder_levels
from omni_forecast.engine.stockout import (
    daily_demand,
    days_to_stockout,
    excess_orders,
    missed_units,
    path,
)
from omni_forecast.engine.workdays import WorkDays, arrival, next_open, order_by

WEEK = WorkDays(frozenset(range(5)))


def test_minimum_and_multiple():
    assert order_quantity(7, [Offer(0, 10, 1)], demand=100).quantity == 7
    assert order_quantity(7, [Offer(20, 10, 1)], demand=100).quantity == 20
    assert order_quantity(7, [Offer(20, 10, 12)], demand=100).quantity == 24
    assert order_quantity(25, [Offer(20, 10, 12)], demand=100).quantity == 36


def test_break_that_pays():
    """D = 100 a year, r = 20 %. 40 at 10: 1000 + 0.2·10·20 = 1040 a year. 60 at 9: 900 +
    0.2·9·30 = 954. It saves 86 a year, 51.6 over the 0.6 years the order lasts."""
    order = order_quantity(40, [Offer(0, 10, 1), Offer(60, 9, 1)], demand=100)
    assert (order.quantity, order.price, order.base_quantity) == (60, 9, 40)
    assert order.gain == pytest.approx(51.6)


def test_break_that_does_not_pay():
    """1 % less, but for six years' demand; or a break that lasts too long."""
    offers = [Offer(0, 10, 1), Offer(600, 9.9, 1)]
    assert order_quantity(40, offers, demand=100, cover_days=9999).quantity == 40
    offers = [Offer(0, 10, 1), Offer(200, 5, 1)]
    assert order_quantity(40, offers, demand=100, cover_days=365).quantity == 40
    assert order_quantity(40, offers, demand=100, cover_days=731).quantity == 200
    assert order_quantity(40, offers, demand=0).quantity == 40


def test_price_of_the_tier_reached():
    offers = [Offer(0, 10, 1), Offer(30, 9, 1), Offer(500, 8, 1)]
    order = order_quantity(40, offers, demand=100)
    assert (order.quantity, order.price, order.gain) == (40, 9, 0)


def test_wrong_orders():
    with pytest.raises(ValueError, match="need"):
        order_quantity(0, [Offer(0, 1, 1)], demand=1)
    with pytest.raises(ValueError, match="lots"):
        order_quantity(1, [Offer(0, 1, 0)], demand=1)


def test_arrival_over_weekends_and_closures():
    friday = date(2026, 3, 20)
    assert arrival(friday, 1) == date(2026, 3, 21)
    # 21 March is a Saturday: the receiver opens on Monday
    assert arrival(friday, 1, WEEK, WEEK) == date(2026, 3, 23)
    # ordered on Saturday: counts from Monday
    assert arrival(date(2026, 3, 21), 3, WEEK, WEEK) == date(2026, 3, 26)
    # a week of works holidays prolongs the lead time by its seven days
    closed = frozenset(date(2026, 3, 23 + i) for i in range(7))
    vendor = WorkDays(WEEK.weekdays, closed)
    assert arrival(friday, 5, vendor, WEEK) == date(2026, 4, 1)
    assert arrival(friday, 5, WEEK, WEEK) == date(2026, 3, 25)


def test_order_by():
    today = date(2026, 3, 18)
    # wanted on Sunday 5 April with 5 days: arrival must be Friday 3, order on Friday 27
    needed = date(2026, 4, 5)
    assert order_by(needed, 5, today, WEEK, WEEK) == date(2026, 3, 27)
    assert order_by(date(2026, 3, 19), 5, today, WEEK, WEEK) == today
    assert order_by(needed, 5, today) == date(2026, 3, 31)
    assert next_open(today, WorkDays(frozenset())) == today


@pytest.mark.parametrize("lead", [0, 1, 6, 10, 31])
def test_order_by_is_the_last_day_in_time(lead):
    closed = frozenset(date(2026, 4, day) for day in range(1, 6))
    vendor = WorkDays(WEEK.weekdays, closed)
    today = date(2026, 3, 2)
    for offset in range(60):
        needed = date.fromordinal(date(2026, 4, 1).toordinal() + offset)
        day = order_by(needed, lead, today, vendor, WEEK)
        if day > today:
            assert arrival(day, lead, vendor, WEEK) <= needed
            later = date.fromordinal(day.toordinal() + 1)
            if vendor.open(later):
                assert arrival(later, lead, vendor, WEEK) > needed


def test_stock_out():
    """10 on hand, 31 in a month of 31 days: gone on the eleventh day (index 10)."""
    demand = daily_demand([[31.0]], [31], [31])
    none = np.zeros((1, 31))
    stock = path([10.0], [0.0], demand, none, none, none)
    assert days_to_stockout(stock).tolist() == [10]
    assert missed_units(stock, [15]).tolist() == [5.0]
    assert missed_units(stock, [5]).tolist() == [0.0]
    arriving = none.copy()
    arriving[0, 9] = 100
    stock = path([10.0], [0.0], demand, none, arriving, none)
    assert days_to_stockout(stock).tolist() == [-1]


def test_orders_consume_the_forecast():
    """A booked order of 4 is inside the 10 forecast; one of 14 is 4 more."""
    demand = np.ones((1, 10))
    orders = np.zeros((1, 10))
    orders[0, 2] = 4
    none = np.zeros((1, 10))
    assert path([10.0], [0.0], demand, orders, none, none)[0, -1] == 0
    assert excess_orders(demand, orders, [10]).tolist() == [0]
    orders[0, 2] = 14
    assert path([10.0], [0.0], demand, orders, none, none)[0, -1] == -4
    assert excess_orders(demand, orders, [10]).tolist() == [4]
    # what is due already comes on top
    assert path([10.0], [3.0], demand, none, none, none)[0, -1] == -3


def test_unpunctual_vendor():
    """Ten a day, 98 % (z = 2.0537), 3 days of deviation: 61.6 units; with 50 of the
    demand's own, √(50² + 61.6²) = 79.3."""
    assert lead_safety(0.98, np.array([10.0]), 3.0)[0] == pytest.approx(61.61, abs=0.01)
    found = reorder_levels(
        quantile=[190.0],
        mean_total=[140.0],
        mean_period=[70.0],
        periods=[2],
        lead_days=[7.0],
        review_days=7,
        freq="W",
        lead_sd=[3.0],
        service=[0.98],
    )
    assert found.safety[0] == pytest.approx(79.35, abs=0.01)
    assert found.minimum[0] == 220
