# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Examples worked by hand: the numbers of the design page and of the textbooks."""

import numpy as np
import pytest
from omni_forecast.engine import accuracy, classify, intermittent, smoothing
from omni_forecast.engine.models import fit_rows


def one_row(values):
    return np.array([values], float), np.array([len(values)])


def column(values):
    return np.array(values, np.float32)[:, None], np.array([len(values)])


def test_moving_average_of_three():
    y, n = one_row([10, 12, 14])
    fit = fit_rows(y, n, 2, 1, "M", np.array([False]))
    assert fit.mean["moving_average"][0] == pytest.approx([12, 12])
    assert fit.mean["naive"][0] == pytest.approx([14, 14])
    # weights 1, 2, 3
    assert fit.mean["weighted_average"][0] == pytest.approx([76 / 6, 76 / 6])


def test_exponential_smoothing_by_hand():
    # level 10, then 12 -> 11, then 14 -> 12.5
    z, n = column([10, 12, 14])
    level = smoothing.ses_level(z, n, np.array([0.5], np.float32), fit_start=False)
    assert level[0] == pytest.approx(12.5)


def test_holt_by_hand():
    z, n = column([13])
    level, slope, phi, _sse = smoothing.trend_grid(
        z, n, np.array([10.0]), np.array([2.0]), [0.5], [0.5], [1.0]
    )
    assert level[0] == pytest.approx(12.5)
    assert slope[0] == pytest.approx(2.25)
    assert level[0] + phi[0] * slope[0] == pytest.approx(14.75)


def test_croston_and_sba_by_hand():
    y, n = one_row([0, 0, 6, 0, 0, 6])
    first = {"first_size": 6, "first_interval": 3}
    rate = intermittent.croston(y, n, 0.1, "croston", **first)
    assert rate[0] == pytest.approx(2.0)
    assert intermittent.croston(y, n, 0.1, "sba", **first)[0] == pytest.approx(1.9)
    # the recursion's own start, the first demand, is the same here
    assert intermittent.croston(y, n, 0.1)[0] == pytest.approx(2.0)
    both = intermittent.croston_pair(y, n, (0.1,))
    assert both[0][0][0] == pytest.approx(2.0)
    assert both[1][0][0] == pytest.approx(1.9)


def test_seasonal_naive_has_mase_one_on_itself():
    random = np.random.default_rng(1)
    y = random.poisson(30, 48).astype(float)
    assert accuracy.mase(y[12:], y[:-12], train=y, season=12) == pytest.approx(1)
    square = accuracy.rmsse(y[1:], y[:-1], train=y)
    assert square == pytest.approx(1)


def test_bias_is_forecast_minus_actual():
    assert accuracy.bias([10.0], [12.0]) == pytest.approx(2)
    assert accuracy.tracking_signal([10.0, 10.0], [12.0, 12.0]) == pytest.approx(2)


def test_error_measures_by_hand():
    actual, forecast = [10.0, 0.0], [8.0, 0.0]
    assert accuracy.wape(actual, forecast) == pytest.approx(0.2)
    assert accuracy.smape(actual, forecast) == pytest.approx(100 * 4 / 18 / 2)
    assert accuracy.coverage([1.0, 5.0], [0.0, 0.0], [2.0, 2.0]) == 0.5
    # 3 under the 0.9 quantile costs 0.1 each, 3 over it 0.9 each
    assert accuracy.pinball([7.0], 10.0, 0.9) == pytest.approx(0.3)
    assert accuracy.pinball([13.0], 10.0, 0.9) == pytest.approx(2.7)


def test_a_zero_forecast_wins_mase_but_has_the_worst_bias():
    """The trap the design warns of, on purpose visible in the measures."""
    y = np.array([[0, 0, 0, 0, 9, 0, 0, 0, 0, 0.0]])
    mean = np.full_like(y, y.mean())
    zero = np.zeros_like(y)
    assert accuracy.mase(y, zero, train=y) < accuracy.mase(y, mean, train=y)
    assert accuracy.rmsse(y, mean, train=y) < accuracy.rmsse(y, zero, train=y)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([5, 6, 5, 6, 5, 6, 5, 6], "smooth"),
        ([1, 30, 2, 40, 1, 35, 2, 50], "erratic"),
        ([0, 5, 0, 5, 0, 5, 0, 5], "intermittent"),
        ([0, 1, 0, 30, 0, 2, 0, 50], "lumpy"),
        ([0] * 8, "empty"),
        ([4, 5], "new"),
        ([5, 6, 5, 6, 5, 6, 5, 6] + [0] * 8, "ending"),
    ],
)
def test_demand_classes(values, name):
    y, n = one_row(values)
    assert classify.classify(y, n, 12).name[0] in (
        name,
        "new" if len(y[0]) < 6 else name,
    )


def test_theta_weight_and_level_are_least_squares():
    """The closed form finds what a fine search over l₀ and w finds."""
    random = np.random.default_rng(3)
    y = 20 + 0.5 * np.arange(30) + random.normal(0, 1, 30)
    z, n = column(y)
    alpha = np.array([0.3], np.float32)
    fit = smoothing.level_and_theta(z, n, alpha)

    def sse(start, w):
        level, total, mean, slope = start, 0.0, 0.0, 0.0
        for t, x in enumerate(y, 1):
            line = 0.0
            if t > 1:
                a = mean - t / 2 * slope
                line = 0.7 ** (t - 1) * a + (1 - 0.7**t) / 0.3 * slope
            total += (x - level - w * line) ** 2
            level += 0.3 * (x - level)
            old = mean
            mean = ((t - 1) * old + x) / t
            if t > 1:
                slope = ((t - 2) * slope + 6 / t * (x - old)) / (t + 1)
        return total

    starts = np.linspace(15, 25, 101)
    weights = np.linspace(0, 1, 101)
    best = min(sse(s, w) for s in starts for w in weights)
    assert fit["theta_sse"][0] <= best * 1.001
    assert fit["theta_sse"][0] == pytest.approx(best, rel=0.02)
