# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Worked numbers of the reorder levels."""

import math

import numpy as np
import pytest
from omni_forecast.engine.reorder import (
    PERIOD_DAYS,
    abc_classes,
    protection_periods,
    reorder_levels,
    round_up,
    stock_value_change,
)


def levels(**values):
    base = dict(
        quantile=[30.0],
        mean_total=[20.0],
        mean_period=[10.0],
        periods=[2],
        lead_days=[7.0],
        review_days=7,
        freq="W",
    )
    return reorder_levels(**(base | values))


def test_whole_periods():
    """Two weeks in weekly grain: 20 expected + 10 safety; a week's demand on top."""
    found = levels()
    assert found.expected[0] == 20
    assert found.safety[0] == 10
    assert found.minimum[0] == 30
    assert found.maximum[0] == 40


def test_part_of_a_period():
    """A quarter of a month: a quarter of the mean, half of the safety."""
    days = PERIOD_DAYS["M"] / 4
    found = levels(
        quantile=[140.0],
        mean_total=[100.0],
        mean_period=[100.0],
        periods=[1],
        lead_days=[days],
        review_days=0,
        freq="M",
    )
    assert found.expected[0] == pytest.approx(25)
    assert found.safety[0] == pytest.approx(20)
    assert found.minimum[0] == 45
    assert found.maximum[0] == 46  # without review period one step


def test_vendor_minimum_and_multiple():
    assert levels(moq=[25.0]).maximum[0] == 30 + 25
    assert levels(moq=[25.0], multiple=[12.0]).maximum[0] == 30 + 36
    assert levels(multiple=[12.0]).maximum[0] == 30 + 12


def test_rounding_to_the_unit():
    assert levels(quantile=[30.2]).minimum[0] == 31
    assert levels(quantile=[30.204], step=[0.01]).minimum[0] == 30.21
    assert round_up(0.3, 0.1) == 0.3  # no step too many by binary fractions


def test_quantile_under_the_mean_gives_no_negative_safety():
    assert levels(quantile=[15.0]).minimum[0] == 20


def test_no_demand_at_all():
    found = levels(quantile=[0.0], mean_total=[0.0], mean_period=[0.0], moq=[10.0])
    assert (found.minimum[0], found.maximum[0]) == (0, 0)


def test_nan_is_refused():
    with pytest.raises(ValueError, match="finite"):
        levels(quantile=[math.nan])


def test_protection_periods():
    assert protection_periods([0, 7, 8, 30], 7, "W").tolist() == [1, 2, 3, 6]
    assert protection_periods([10, 28], 7, "M").tolist() == [1, 2]
    assert protection_periods([3], 0, "D").tolist() == [3]
    with pytest.raises(ValueError, match="negative"):
        protection_periods([-3], 0, "D")


def test_money():
    """From 3/4 to 30/40 at 5 a piece: (70 − 7) / 2 × 5; a new rule lowers it by the
    demand that is on its way out during the lead time."""
    change = stock_value_change(
        ([3, 0], [4, 0]), ([30, 30], [40, 40]), [5, 5], [20, 20], [False, True]
    )
    assert change.tolist() == [157.5, 75.0]


def test_abc():
    assert abc_classes([10, 70, 15, 5]).tolist() == ["B", "A", "A", "C"]
    assert abc_classes([100]).tolist() == ["A"]
    assert abc_classes([0, 0]).tolist() == ["C", "C"]
    assert abc_classes(np.array([5, np.nan])).tolist() == ["A", "C"]
