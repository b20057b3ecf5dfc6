# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Transfers: worked check, and least cost for the largest flow against brute force."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omni_forecast.engine.transfers import allocate, distance_km
from scipy.optimize import linprog


def cost_of(moves, cost):
    return sum(one.quantity * cost[one.source][one.target] for one in moves)


def test_worked_check():
    """Surplus 5 at A and 4 at C, shortage 8 at B; costs 2 and 1: 4 from C, 4 from A."""
    cost = [[2], [1]]
    moves = allocate([5, 4], [8], cost)
    assert {one.source: one.quantity for one in moves} == {0: 4, 1: 4}
    assert cost_of(moves, cost) == 12
    assert 8 - sum(one.quantity for one in moves) == 0


def test_the_cheapest_lane_is_given_up_where_all_gain():
    """Greedy would take 0→0 (cost 1) and leave the second shortage to a dear lane."""
    cost = [[1, 2], [1, 100]]
    moves = allocate([1, 1], [1, 1], cost)
    assert {(one.source, one.target) for one in moves} == {(0, 1), (1, 0)}
    assert cost_of(moves, cost) == 3


def test_closed_lanes_and_nothing_to_do():
    assert allocate([5], [5], [[None]]) == []
    assert allocate([0, 3], [0], [[1], [1]]) == []
    assert allocate([], [], []) == []
    assert [one.quantity for one in allocate([5], [9], [[0]])] == [5]


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match="cost must have"):
        allocate([1], [1, 2], [[1]])
    with pytest.raises(ValueError, match="must not be negative"):
        allocate([-1], [1], [[1]])
    with pytest.raises(ValueError, match="must not be negative"):
        allocate([1], [1], [[-1]])


quantities = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@settings(max_examples=80, deadline=None)
@given(st.data(), quantities, quantities)
def test_against_brute_force(data, surplus, shortage):
    """All integer plans of a small problem: none moves more, or as much for less."""
    lane = st.one_of(st.none(), st.integers(0, 4))
    width = len(shortage)
    cost = data.draw(
        st.lists(
            st.lists(lane, min_size=width, max_size=width),
            min_size=len(surplus),
            max_size=len(surplus),
        )
    )
    lanes = [(i, j) for i in range(len(surplus)) for j in range(width)]
    lanes = [(i, j) for i, j in lanes if cost[i][j] is not None]
    ranges = [range(min(surplus[i], shortage[j]) + 1) for i, j in lanes]
    if np.prod([len(one) for one in ranges] or [1]) > 20000:
        return
    best = (0, 0)
    for plan in product(*ranges):
        sent = [
            sum(q for (i, _j), q in zip(lanes, plan, strict=True) if i == s)
            for s in range(9)
        ]
        got = [
            sum(q for (_i, j), q in zip(lanes, plan, strict=True) if j == t)
            for t in range(9)
        ]
        if any(sent[i] > surplus[i] for i in range(len(surplus))) or any(
            got[j] > shortage[j] for j in range(width)
        ):
            continue
        money = sum(cost[i][j] * q for (i, j), q in zip(lanes, plan, strict=True))
        best = min(best, (-sum(plan), money))
    moves = allocate(surplus, shortage, cost)
    assert (-sum(one.quantity for one in moves), cost_of(moves, cost)) == best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_against_linear_programming(seed):
    """Real quantities and costs, up to 6 × 6, against HiGHS: a unit moved is worth 1000."""
    random = np.random.default_rng(seed)
    rows, width = random.integers(1, 7, 2)
    surplus = np.round(random.uniform(0, 20, rows), 2)
    shortage = np.round(random.uniform(0, 20, width), 2)
    cost = np.round(random.uniform(0, 9, (rows, width)), 1)
    cost[random.random((rows, width)) < 0.2] = inf
    open_lanes = np.isfinite(cost)
    sums = np.zeros((rows + width, rows * width))
    for i in range(rows):
        sums[i, i * width : (i + 1) * width] = 1
    for j in range(width):
        sums[rows + j, j::width] = 1
    found = linprog(
        np.where(open_lanes, cost - 1000, 0).ravel(),
        A_ub=sums,
        b_ub=np.concatenate([surplus, shortage]),
        bounds=[(0, None if ok else 0) for ok in open_lanes.ravel()],
    )
    moves = allocate(surplus, shortage, cost)
    value = sum(one.quantity * (cost[one.source, one.target] - 1000) for one in moves)
    assert value == pytest.approx(found.fun, abs=1e-4)
    for i in range(rows):
        assert (
            sum(one.quantity for one in moves if one.source == i) <= surplus[i] + 1e-6
        )


def test_distance():
    """Seoul to Busan is some 325 km."""
    assert distance_km((37.5665, 126.978), (35.1796, 129.0756)) == pytest.approx(
        325, 0.01
    )
