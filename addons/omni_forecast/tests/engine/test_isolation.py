# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One series can do no harm to another; units, names and order change nothing."""

import numpy as np
import pandas as pd
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


FAULTS = st.sampled_from(
    ["nan", "huge", "negative", "constant", "one point", "zeros", "infinite", "step"]
)


def faulty(kind, count, seed):
    """Values of a series that something is wrong with."""
    random = np.random.default_rng(seed)
    y = random.poisson(20, count).astype(float)
    if kind == "nan":
        y[random.random(count) < 0.4] = np.nan
    elif kind == "huge":
        y[-1] = 10.0 ** random.integers(6, 300)
    elif kind == "negative":
        y -= random.integers(5, 60)
    elif kind == "constant":
        y[:] = random.integers(1, 9)
    elif kind == "one point":
        y = y[-1:]
    elif kind == "zeros":
        y[:] = 0
    elif kind == "infinite":
        y[random.integers(0, count)] = np.inf
    elif kind == "step":
        y[: count // 2] *= 1e-9
    return y


@FEW
@given(kind=FAULTS, count=st.integers(2, 60), seed=st.integers(0, 999))
def test_a_fault_stays_in_its_series(engine, series, kind, count, seed):
    """The forecasts of the others by each model are the same with and without it."""
    good = [
        series(f"good{i}", np.random.default_rng(i).poisson(30, 48)) for i in range(4)
    ]
    bad = series("bad", faulty(kind, count, seed))
    alone = run(engine, pd.concat(good), windows=2)
    result = run(engine, pd.concat([*good, bad]), windows=2, lead_time=2)
    ours = result.by_model[result.by_model.unique_id != "bad"]
    both = ours.merge(
        alone.by_model, on=["unique_id", "model", "ds"], suffixes=("", "_alone")
    )
    assert len(both) == len(alone.by_model)
    np.testing.assert_allclose(both["mean"], both["mean_alone"], rtol=1e-5, atol=1e-6)
    assert np.isfinite(result.forecasts[NUMBERS]).all().all()
    assert np.isfinite(result.lead_time["quantile"]).all()
    told = result.problems[result.problems.unique_id != "bad"]
    assert not len(told)
    widths = result.forecasts.set_index("unique_id").drop("bad", errors="ignore")
    usual = alone.forecasts.set_index("unique_id")
    ratio = (widths.hi80 - widths.lo80) / (usual.hi80 - usual.lo80)
    assert ratio.between(0.6, 1.7).all()


@FEW
@given(panel=PANELS, power=st.integers(-12, 12))
def test_units_do_not_matter_to_totals_and_scores(engine, panel, power):
    frame = frame_of(panel)
    a = run(engine, frame, lead_time=3)
    b = run(engine, frame.assign(y=frame.y * 2.0**power), lead_time=3)
    np.testing.assert_allclose(
        a.lead_time["quantile"] * 2.0**power, b.lead_time["quantile"], rtol=1e-5,
        atol=1e-9 * 2.0**power,
    )  # fmt: skip
    assert list(a.choice.model) == list(b.choice.model)
    for name in ("mase", "rmsse", "smape", "coverage80"):
        left, right = (r.scores[name].astype(float) for r in (a, b))
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-6)


@FEW
@given(seed=st.integers(0, 999), factor=st.floats(0.001, 1000))
def test_each_series_has_its_own_unit(engine, series, seed, factor):
    """One series in other units moves its own forecast alone, and in proportion."""
    random = np.random.default_rng(seed)
    y = [random.poisson(20 + 5 * i, 40).astype(float) for i in range(5)]
    frame = pd.concat(series(f"s{i}", v) for i, v in enumerate(y))
    other = frame.assign(y=np.where(frame.unique_id == "s0", frame.y * factor, frame.y))
    a = run(engine, frame, windows=2).forecasts.set_index("unique_id")["mean"]
    b = run(engine, other, windows=2).forecasts.set_index("unique_id")["mean"]
    np.testing.assert_allclose(a["s0"] * factor, b["s0"], rtol=0.05)
    rest = a.index != "s0"
    np.testing.assert_allclose(a[rest], b[rest], rtol=1e-6)


@FEW
@given(panel=PANELS, seed=st.integers(0, 99))
def test_names_do_not_matter(engine, panel, seed):
    """Other ids, other order of the ids: the same numbers for the same demand."""
    frame = frame_of(panel)
    ids = [f"s{i}" for i in range(len(panel))]
    names = dict(zip(ids, np.random.default_rng(seed).permutation(ids), strict=True))
    a = run(engine, frame, lead_time=2)
    b = run(engine, frame.assign(unique_id=frame.unique_id.map(names)), lead_time=2)
    for table, column in ((0, "mean"), (0, "hi95"), (1, "quantile")):
        left = (a.forecasts, a.lead_time)[table]
        right = (b.forecasts, b.lead_time)[table]
        left = left.assign(unique_id=left.unique_id.map(names))
        left = left.sort_values(["unique_id", *left.columns[1:2]])
        right = right.sort_values(["unique_id", *right.columns[1:2]])
        np.testing.assert_allclose(left[column], right[column], rtol=1e-5, atol=1e-7)
