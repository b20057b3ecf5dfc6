# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""First expired, first out, against a day-by-day simulation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm.engine import fefo_waste


def simulate(lots, daily):
    """(expiry day or inf, quantity) lots and demand per day -> waste per lot."""
    left = [quantity for _day, quantity in lots]
    order = sorted(range(len(lots)), key=lambda i: (lots[i][0], i))
    for day, wanted in enumerate(daily):
        for i in order:
            if lots[i][0] >= day and wanted > 0:
                taken = min(left[i], wanted)
                left[i] -= taken
                wanted -= taken
    return [left[i] if lots[i][0] < len(daily) else 0.0 for i in range(len(lots))]


def test_worked_example():
    # 48 units, 10 a day, expiry at the end of day 4: 8 expire
    waste = fefo_waste(np.array([0]), np.array([48.0]), np.array([40.0]))
    assert waste.tolist() == [8.0]


def test_already_expired_lots_are_waste():
    waste = fefo_waste(np.array([0, 0]), np.array([3.0, 4.0]), np.array([0.0, 9.0]))
    assert waste.tolist() == [3.0, 0.0]


def test_no_lots():
    assert len(fefo_waste(np.zeros(0, int), np.zeros(0), np.zeros(0))) == 0


_LOT = st.tuples(st.integers(-2, 25), st.floats(0.1, 30))


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.lists(_LOT, min_size=1, max_size=6),
            st.lists(st.floats(0, 8), min_size=30, max_size=30),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_as_simulated(lines):
    owner, quantity, until, expected = [], [], [], []
    for number, (lots, daily) in enumerate(lines):
        lots = sorted(lots)
        running = np.cumsum(daily)
        for day, amount in lots:
            owner.append(number)
            quantity.append(amount)
            until.append(running[day] if day >= 0 else 0.0)
        expected += simulate(lots, daily)
    waste = fefo_waste(np.array(owner), np.array(quantity), np.array(until))
    np.testing.assert_allclose(waste, expected, atol=1e-6)
