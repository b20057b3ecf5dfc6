# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Promise check: worked examples and properties of the simulation."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omni_forecast.engine import promise

INF = float("inf")


def run(demand, stock, incoming=None, capacity=(INF,), group=None, **kwargs):
    demand = np.atleast_2d(demand)
    if incoming is None:
        incoming = np.zeros_like(demand, dtype=float)
    group = group or [0] * len(demand)
    return promise.simulate(
        demand, stock, np.atleast_2d(incoming), group, capacity, **kwargs
    )


def test_stock_that_lasts():
    found = run([4, 4, 4], [12])
    assert found.on_time.tolist() == [[4, 4, 4]]
    assert (found.first[0], found.cause, found.missing[0]) == (-1, [""], 0)


def test_stock_breaks_until_the_delivery_comes():
    # 10 on hand: 5, 5, then nothing until 20 come on the fifth day
    found = run([5, 5, 5, 5, 5], [10], [0, 0, 0, 0, 20])
    assert found.sent.tolist() == [[5, 5, 0, 0, 15]]
    # orders of days 3 and 4 go first on day 5; its own 5 go as well
    assert found.on_time.tolist() == [[5, 5, 0, 0, 5]]
    assert (found.first[0], found.cause, found.needed[0]) == (2, ["stock"], 2)
    assert found.missing[0] == 10
    assert promise.share_on_time(found.on_time, [[5] * 5]) == pytest.approx(0.6)


def test_two_days_late_still_is_on_time():
    found = run([5, 5, 5, 5, 5], [10], [0, 0, 0, 0, 20], tolerance=2)
    assert found.on_time.tolist() == [[5, 5, 5, 5, 5]]


def test_capacity_is_shared_and_breaks_first():
    demand = [[6, 6], [3, 3]]
    found = run(demand, [100, 100], capacity=[6.0])
    assert found.sent[:, 0].tolist() == [4, 2]
    assert found.cause == ["capacity", "capacity"]
    assert found.missing.tolist() == [0, 0]
    assert found.waiting[:, 1].sum() == pytest.approx(6)


def test_debts_go_first():
    found = run([5, 5], [8], backlog=[4])
    assert found.sent.tolist() == [[8, 0]]
    assert found.on_time.tolist() == [[4, 0]]
    negative = run([5, 5], [-4], [12, 0])
    assert negative.on_time.tolist() == [[5, 3]]


def test_spare_stock_helps_the_same_product_only():
    found = run(
        [[2, 2], [5, 5], [1, 1]], [20, 2, 50], group=[0, 1, 0], capacity=[INF] * 2
    )
    spare = promise.spare_stock(found)
    assert spare.tolist() == [16, 0, 48]
    moves, left = promise.share_spare(found.missing, spare, ["a", "a", "b"])
    assert moves == [promise.Move(0, 1, 8.0)]
    assert left.tolist() == [0, 0, 0]


def test_periods_become_days():
    days = promise.spread_over_days(
        [date(2026, 2, 1), date(2026, 3, 1)],
        date(2026, 4, 1),
        [28, 62],
        date(2026, 2, 27),
        40,
    )
    assert days[:3].tolist() == [1, 1, 2] and days[-1] == 2
    assert (
        promise.spread_over_days([], date(2026, 1, 1), [], date(2026, 1, 1), 2).sum()
        == 0
    )


def test_refuses_what_is_no_quantity():
    with pytest.raises(ValueError, match="demand"):
        run([-1.0], [3])
    with pytest.raises(ValueError, match="incoming"):
        run([1.0], [3], [float("nan")])


CELLS = st.floats(0, 50)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_is_made_or_lost(data):
    size, days = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 8))
    row = st.lists(CELLS, min_size=days, max_size=days)
    table = st.lists(row, min_size=size, max_size=size)
    demand, incoming = np.array(data.draw(table)), np.array(data.draw(table))
    stock = np.array(data.draw(st.lists(CELLS, min_size=size, max_size=size)))
    limit = data.draw(st.floats(0, 100))
    group = [place % 2 for place in range(size)]
    found = run(demand, stock, incoming, capacity=[limit, INF], group=group)
    assert np.allclose(
        stock + incoming.sum(1) - found.sent.sum(1), found.stock[:, -1], atol=1e-6
    )
    assert np.allclose(
        demand.sum(1) - found.sent.sum(1), found.waiting[:, -1], atol=1e-6
    )
    assert (found.on_time <= demand + 1e-6).all() and (found.on_time >= 0).all()
    assert (found.stock >= -1e-6).all() and (found.waiting >= -1e-6).all()
    load = sum(found.sent[place] for place in range(0, size, 2))
    assert (load <= limit + 1e-6).all()
    # what is missing, given on the first morning, ends every shortage of stock
    whole = run(
        demand, stock + found.missing, incoming, capacity=[INF, INF], group=group
    )
    assert promise.share_on_time(whole.on_time, demand) == pytest.approx(1)
