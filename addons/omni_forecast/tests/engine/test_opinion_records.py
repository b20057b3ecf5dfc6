# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import pytest


@pytest.fixture(name="records")
def _records():
    from omni_forecast.engine import opinion_records

    return opinion_records


@pytest.fixture(name="surveys")
def _surveys():
    from omni_forecast.engine import surveys

    return surveys


def test_no_record_is_the_prior(records):
    ratio = records.error_ratio([])
    assert ratio == pytest.approx(4)
    assert records.blend_weights([ratio]).tolist() == pytest.approx([0.2])


def test_worked_weight(records):
    """Six periods, statistical errors of 1, the expert's of 0.5: (6·4·1 + 6·0.25) /
    (12·1) = 2.125, weight 1 / 3.125 = 0.32."""
    ratio = records.error_ratio([(0.5, 1.0)] * 6)
    assert ratio == pytest.approx(2.125)
    assert records.blend_weights([ratio])[0] == pytest.approx(0.32)


def test_long_record_gives_inverse_mse(records):
    ratio = records.error_ratio([(0.5, 1.0)] * 100_000)
    assert records.blend_weights([ratio])[0] == pytest.approx(0.8, abs=1e-3)


def test_poor_record_counts_less_than_none(records):
    assert records.error_ratio([(3.0, 1.0)] * 6) > records.error_ratio([])


def test_several_and_confidence(records):
    """Odds 1 and 0.5 × 1 beside the statistical 1: 1/2.5 and 0.5/2.5."""
    weights = records.blend_weights([1.0, 1.0], [1.0, 0.5])
    assert weights.tolist() == pytest.approx([0.4, 0.2])


def test_perfect_statistics_do_not_divide_by_zero(records):
    assert records.error_ratio([(0.0, 0.0)] * 3) > 0


@pytest.mark.parametrize("prior", [0, 1, -1])
def test_wrong_prior(records, prior):
    with pytest.raises(ValueError, match="prior"):
        records.error_ratio([], prior=prior)


def test_bias_factor(records):
    assert records.bias_factor([(100, 80), (120, 90), (80, 70)]) == pytest.approx(0.9)
    assert records.bias_factor([]) == 1
    assert records.bias_factor([(0, 5)]) == 1
    assert records.bias_factor([(1, 100)] * 50) == 2
    assert records.bias_factor([(100, 0)] * 500) == 0.5


def test_composite(records):
    total, filled = records.composite([60, 20], [0.9, 1], [0.5, 0.2], 100)
    assert (total, filled) == pytest.approx((104, 30))
    assert records.composite([60], [1], [1.2], 100) == (60, 0)


def test_panel_summary(surveys):
    assert surveys.panel_summary([40, 10, 30, 20]) == {
        "n": 4,
        "median": 25,
        "q1": 17.5,
        "q3": 32.5,
    }
    assert surveys.panel_summary([])["median"] is None


def test_convergence(surveys):
    wide = [surveys.panel_summary([10, 20, 30, 40])]
    close = [surveys.panel_summary([24, 25, 25, 26])]
    moved = [surveys.panel_summary([29, 30, 30, 31])]
    assert not surveys.converged(wide, None)
    assert surveys.converged(close, None)
    assert surveys.converged(close, wide)
    assert not surveys.converged(moved, close)
    assert not surveys.converged([], None)
    assert not surveys.converged([surveys.panel_summary([])], None)


def test_wilson(surveys):
    low, high = surveys.wilson(30, 200)
    assert (low, high) == pytest.approx((0.1071, 0.2061), abs=1e-4)
    assert surveys.wilson(0, 10)[0] == 0
    for count, size in ((1, 0), (5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="size|count"):
            surveys.wilson(count, size)


def test_intent_demand(surveys):
    demand = surveys.intent_demand(200, 30, 10_000, 0.5, 0.4, 2)
    assert demand.mean == pytest.approx(600)
    assert demand.low == pytest.approx(428, abs=1)
    assert demand.high == pytest.approx(824, abs=1)
    with pytest.raises(ValueError, match="reach"):
        surveys.intent_demand(200, 30, 10_000, 1.5, 0.4, 2)


def test_conversion(surveys):
    assert surveys.calibrated_conversion([(1000, 350), (500, 250)]) == pytest.approx(
        0.35
    )
    assert surveys.calibrated_conversion([]) == 0.3
