# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import numpy as np
import pytest


@pytest.fixture(name="opinions")
def _opinions():
    from omni_forecast.engine import opinions

    return opinions


def run(opinions, baseline, *rows):
    line, kind, basis, value, weight = zip(*rows, strict=True)
    return opinions.adjust(baseline, line, kind, basis, value, weight)


def test_steps_in_order(opinions):
    """100 + event 20 = 120; an expert with 0.25 says 160: 120 + 0.25 × 40 = 130; a sales
    opinion with 0.5 says 100: 0.5 × −20 = −10; the override wants 90."""
    out = run(
        opinions,
        [100.0, 7.0],
        (0, "override", "target", 90.0, 1.0),
        (0, "expert", "target", 160.0, 0.25),
        (0, "sales", "target", 100.0, 0.5),
        (0, "event", "delta", 20.0, 1.0),
    )
    assert out.running[0].tolist() == [100, 120, 110, 110, 120, 120, 90]
    assert out.quantity.tolist() == [-30, 40, -20, 20]
    assert out.final.tolist() == [90, 7]


def test_percent_is_of_what_stands_before(opinions):
    out = run(
        opinions,
        [100.0],
        (0, "event", "percent", 50.0, 1.0),
        (0, "override", "percent", 10.0, 1.0),
    )
    assert out.final.tolist() == pytest.approx([165])


def test_weights_above_one_are_divided_by_their_sum(opinions):
    """Two sure experts, 100 and 200: their mean, nothing left for the baseline."""
    out = run(
        opinions,
        [50.0],
        (0, "expert", "target", 100.0, 1.0),
        (0, "delphi", "target", 200.0, 1.0),
    )
    assert out.final.tolist() == [150]
    assert out.weight.tolist() == [0.5, 0.5]


def test_never_below_zero_and_a_negative_baseline_is_kept(opinions):
    out = run(opinions, [10.0, -4.0], (0, "event", "delta", -30.0, 1.0))
    assert out.final.tolist() == [0, -4]


@pytest.mark.parametrize(
    "row",
    [
        (0, "rumour", "delta", 1.0, 1.0),
        (0, "event", "guess", 1.0, 1.0),
        (0, "event", "delta", np.nan, 1.0),
        (0, "event", "delta", 1.0, 1.5),
    ],
)
def test_wrong_rows_are_named(opinions, row):
    with pytest.raises(ValueError, match="kind|basis|value|weight"):
        run(opinions, [1.0], row)


def test_spread(opinions):
    assert opinions.spread(90, [10, 20]).tolist() == [30, 60]
    assert opinions.spread(10, [0, 0]).tolist() == [5, 5]
    assert opinions.spread(10, []).tolist() == []
