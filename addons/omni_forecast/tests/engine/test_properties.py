# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must hold for every panel: finite, ordered, indifferent to order and units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

VALUES = st.lists(
    st.one_of(
        st.just(0.0),
        st.floats(0.001, 1e6),
        st.integers(0, 50).map(float),
    ),
    min_size=1,
    max_size=40,
)
PANELS = st.lists(VALUES, min_size=1, max_size=6)
FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
NUMBERS = ["mean", "lo80", "hi80", "lo95", "hi95"]


def frame_of(panel):
    parts = []
    for i, values in enumerate(panel):
        # each series ends at a date of its own
        dates = pd.date_range("2018-01-01", periods=len(values) + i, freq="MS")[i:]
        parts.append(pd.DataFrame({"unique_id": f"s{i}", "ds": dates, "y": values}))
    return pd.concat(parts, ignore_index=True)


def run(engine, frame, **options):
    options = {"freq": "M", "horizon": 4, "missing": "zero"} | options
    return engine.forecast(frame, check_freq=False, **options)


@FEW
@given(panel=PANELS)
def test_finite_ordered_and_complete(engine, panel):
    result = run(engine, frame_of(panel), lead_time=3, service=[0.9, 0.98])
    out = result.forecasts
    assert len(out) == 4 * len(panel)
    assert np.isfinite(out[NUMBERS]).all().all()
    assert (out[NUMBERS] >= 0).all().all()
    assert (out.lo95 <= out.lo80).all() and (out.lo80 <= out["mean"]).all()
    assert (out["mean"] <= out.hi80).all() and (out.hi80 <= out.hi95).all()
    assert np.isfinite(result.lead_time["quantile"]).all()
    assert len(result.lead_time) == 2 * len(panel)
    wide = result.lead_time.pivot(
        index="unique_id", columns="service", values="quantile"
    )
    assert (wide[0.98] >= wide[0.9] - 1e-9 * wide[0.98].abs()).all()


@FEW
@given(panel=PANELS, seed=st.integers(0, 99))
def test_order_of_rows_does_not_matter(engine, panel, seed):
    frame = frame_of(panel)
    shuffled = frame.sample(frac=1, random_state=seed)
    a, b = run(engine, frame), run(engine, shuffled)
    pd.testing.assert_frame_equal(a.forecasts, b.forecasts)
    pd.testing.assert_frame_equal(a.choice, b.choice)


@FEW
@given(panel=PANELS, power=st.integers(-20, 20))
def test_units_do_not_matter(engine, panel, power):
    """Pieces or boxes of 2^k: the same forecast in other units."""
    frame = frame_of(panel)
    other = frame.assign(y=frame.y * 2.0**power)
    a, b = run(engine, frame).forecasts, run(engine, other).forecasts
    np.testing.assert_allclose(
        a[NUMBERS] * 2.0**power, b[NUMBERS], rtol=1e-6, atol=1e-9 * 2.0**power
    )


def test_units_that_are_no_power_of_two(engine, mixed):
    a = run(engine, mixed).forecasts
    b = run(engine, mixed.assign(y=mixed.y * 7.3)).forecasts
    np.testing.assert_allclose(a["mean"] * 7.3, b["mean"], rtol=0.02, atol=1e-6)


def test_length_of_neighbours_does_not_change_point_forecasts(engine, mixed):
    """Ragged panels: smooth series are fitted on their own periods only."""
    together = run(engine, mixed).by_model
    alone = run(engine, mixed[mixed.unique_id == "season07"]).by_model
    both = alone.merge(together, on=["unique_id", "model", "ds"])
    assert len(both) == len(alone)
    np.testing.assert_allclose(both.mean_x, both.mean_y, rtol=1e-4)


def test_series_end_at_their_own_date(engine, series):
    frame = pd.concat([series("a", [5] * 20), series("b", [7] * 12)])
    first = run(engine, frame).forecasts.groupby("unique_id").ds.min()
    assert first["a"] == pd.Timestamp("2021-09-01")
    assert first["b"] == pd.Timestamp("2021-01-01")


def test_gap_is_no_demand_unless_zeros_are_recorded(engine, series):
    holes = series("a", [4, 4, 0, 4, 4, 4, 0, 4, 4, 4, 4, 0])
    bare = holes[(holes.y != 0) | (holes.ds == holes.ds.max())]
    zero = run(engine, bare[bare.y != 0], missing="auto").problems
    assert "no demand" in zero.message.iloc[0]
    mixed = pd.concat([bare[bare.y != 0], series("b", [0, 1, 0, 1, 0, 1])])
    told = run(engine, mixed, missing="auto").problems.set_index("code").message
    assert "interpolated" in told["gap"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1, np.nan, 3, 4, 5], "nan"),
        ([1, np.inf, 3, 4, 5], "infinite"),
        ([1, -2, 3, 4, 5], "negative"),
        ([5, 5, 5, 5, 5], "constant"),
        ([0, 0, 0, 0, 0], "empty"),
        ([5], "one_point"),
        ([5, 6], "short"),
        ([np.nan, np.nan], "no_history"),
    ],
)
def test_every_fault_is_named(engine, series, values, code):
    frame = pd.concat([series("bad", values), series("good", [1, 2, 3] * 8)])
    result = run(engine, frame)
    problems = result.problems
    assert code in set(problems[problems.unique_id == "bad"].code)
    assert "good" not in set(problems.unique_id)
    count = result.forecasts.groupby("unique_id").size()
    assert count["good"] == 4
    assert count.get("bad", 0) == (0 if code == "no_history" else 4)
    assert np.isfinite(result.forecasts[NUMBERS]).all().all()


def test_huge_and_tiny_values(engine, series):
    y = np.random.default_rng(0).random(30)
    frame = pd.concat([series("huge", y * 1e290), series("tiny", y * 1e-290)])
    result = run(engine, frame, lead_time=2)
    assert np.isfinite(result.forecasts[NUMBERS]).all().all()
    wide = result.forecasts.pivot(index="ds", columns="unique_id", values="mean")
    np.testing.assert_allclose(wide.huge / 1e290, wide.tiny / 1e-290, rtol=1e-3)


def test_month_dates_keep_their_convention(engine, series):
    ends = series("a", range(1, 15), start="2023-01-31", freq="ME")
    assert (run(engine, ends).forecasts.ds.dt.is_month_end).all()
    starts = series("a", range(1, 15))
    assert (run(engine, starts).forecasts.ds.dt.day == 1).all()


def test_weeks_keep_their_weekday(engine, series):
    frame = series("a", range(1, 30), start="2024-01-03", freq="7D")
    out = run(engine, frame, freq="W").forecasts
    assert (out.ds.dt.weekday == frame.ds.dt.weekday.iloc[0]).all()
    assert out.ds.iloc[0] == frame.ds.iloc[-1] + pd.Timedelta(days=7)
