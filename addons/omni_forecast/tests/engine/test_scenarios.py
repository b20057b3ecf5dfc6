# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scenarios: worked examples and directions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omni_forecast.engine import scenarios

KEYS = {"freq": "D", "horizon": 100, "review_days": 4}


def base(**values):
    plain = {
        "demand": [1000.0],
        "lead_mean": [160.0],
        "lead_quantile": [160.0 + 40 * 1.6448536269514722],
        "periods": [16],
        "service": [0.95],
        "lead_days": [12.0],
        "cost": [2.0],
        "price": [5.0],
        "supply": [100.0],
    }
    return scenarios.Base(
        **{name: np.array(value, float) for name, value in {**plain, **values}.items()}
    )


def test_loss_function():
    # tables of Silver, Pyke & Thomas: G(0) = 0.3989, G(1) = 0.0833, G(2) = 0.0085
    assert scenarios.loss([0, 1, 2]) == pytest.approx(
        [0.3989, 0.0833, 0.0085], abs=5e-5
    )


def test_present_settings_by_hand():
    # ten a day, sixteen days covered, sigma 40, an order of 40 every four days
    found = scenarios.evaluate(base(), **KEYS)
    safety = 40 * 1.6448536269514722
    shortage = 25 * 40 * float(scenarios.loss(1.6448536269514722))
    assert found.demand == 1000
    assert found.stock_value == pytest.approx(2 * (safety + 20))
    assert found.shortage == pytest.approx(shortage)
    assert found.fill == pytest.approx(1 - shortage / 1000)
    assert found.revenue == pytest.approx(5 * (1000 - shortage))
    assert found.margin == pytest.approx(3 * (1000 - shortage))
    assert found.purchase_value == pytest.approx(2 * (1000 + safety + 20 - 100))


def test_price_and_elasticity():
    found = scenarios.evaluate(base(), price_change=0.25, elasticity=-2, **KEYS)
    assert found.demand == pytest.approx(640)


def test_four_times_the_days_double_the_safety_stock():
    near = scenarios.evaluate(base(), **KEYS)
    far = scenarios.evaluate(base(), lead_change=48, **KEYS)
    cycle = 2 * 20
    assert far.stock_value - cycle == pytest.approx(2 * (near.stock_value - cycle))
    none = scenarios.evaluate(base(), lead_change=-99, **KEYS)
    assert none.stock_value < near.stock_value


def test_nothing_to_sell():
    found = scenarios.evaluate(base(demand=[0.0]), **KEYS)
    assert (found.demand, found.fill, found.shortage) == (0, 1, 0)
    empty = scenarios.Base(*(np.zeros(0) for _ in range(9)))
    assert scenarios.evaluate(empty, **KEYS).demand == 0


def test_refusals():
    with pytest.raises(ValueError, match="factor"):
        scenarios.evaluate(base(), factor=-1, **KEYS)
    with pytest.raises(ValueError, match="price_change"):
        scenarios.evaluate(base(), price_change=-1, **KEYS)
    with pytest.raises(ValueError, match="service"):
        scenarios.evaluate(base(), service=1.0, **KEYS)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.55, 0.98), st.floats(0.005, 0.015), st.floats(0.2, 4))
def test_directions(service, step, factor):
    low = scenarios.evaluate(base(), service=service, factor=factor, **KEYS)
    high = scenarios.evaluate(base(), service=service + step, factor=factor, **KEYS)
    assert high.stock_value > low.stock_value
    assert high.shortage <= low.shortage and high.fill >= low.fill
    assert 0 <= low.fill <= 1 and low.shortage <= low.demand
    more = scenarios.evaluate(base(), service=service, factor=factor * 1.1, **KEYS)
    assert more.demand == pytest.approx(1.1 * low.demand)
    assert more.purchase_value > low.purchase_value
