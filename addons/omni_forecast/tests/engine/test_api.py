# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The request and the result: contract of `forecast` and of the worker process."""

import time

import numpy as np
import pandas as pd
import pytest
from omni_forecast.engine.worker import Cancelled


def test_shape_of_the_result(engine, mixed):
    result = engine.forecast(
        mixed, freq="M", horizon=6, lead_time=2, keep_backtest=True
    )
    ids = mixed.unique_id.nunique()
    columns = ["unique_id", "ds", "mean", "lo80", "hi80", "lo95", "hi95"]
    assert list(result.forecasts.columns) == columns
    assert len(result.forecasts) == 6 * ids
    assert list(result.choice.unique_id) == sorted(mixed.unique_id.unique())
    assert set(result.choice.model) <= set(engine.MODELS)
    assert set(result.by_model.model) <= set(engine.MODELS)
    assert (result.choice.reason.str.len() > 10).all()
    assert {"mase", "coverage80", "pinball", "n"} <= set(result.scores.columns)
    assert list(result.backtest.columns) == [
        "unique_id", "model", "cutoff", "ds", "y", "mean"
    ]  # fmt: skip
    assert (result.backtest.ds > result.backtest.cutoff).all()
    assert len(result.lead_time) == ids


def test_season_is_found_and_used(engine, mixed):
    result = engine.forecast(mixed, freq="M", horizon=12)
    choice = result.choice.set_index("unique_id")
    seasonal = choice.index.str.startswith("season")
    assert choice.season_strength[seasonal].median() > 0.5
    out = result.forecasts.set_index("unique_id").loc["season00"]
    peak = out["mean"].to_numpy()
    assert peak.max() / peak.min() > 1.5


def test_kinds_get_the_models_made_for_them(engine, mixed):
    choice = engine.forecast(mixed, freq="M", horizon=6).choice
    kind = choice.unique_id.str.extract(r"([a-z]+)")[0]
    assert (choice.model[kind.isin(["flat", "trend", "season"])] == "comb").all()
    assert (choice.model[kind == "rare"].isin(["sparse_comb", "tsb"])).all()


def test_intervals_cover_what_they_promise(engine):
    """Poisson demand, 200 series: 80 % and 95 % within 3 points, totals at 98 %."""
    random = np.random.default_rng(5)
    size, n, horizon = 200, 60, 6
    y = random.poisson(random.uniform(20, 200, size)[:, None], (size, n + horizon))
    dates = pd.date_range("2020-01-01", periods=n, freq="MS")
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:03d}" for i in range(size)], n),
            "ds": np.tile(dates, size),
            "y": y[:, :n].ravel(),
        }
    )
    result = engine.forecast(
        frame, freq="M", horizon=horizon, lead_time=3, service=0.98
    )
    actual = y[:, n:].ravel()
    out = result.forecasts
    inside80 = ((actual >= out.lo80) & (actual <= out.hi80)).mean()
    inside95 = ((actual >= out.lo95) & (actual <= out.hi95)).mean()
    assert 0.77 <= inside80 <= 0.83
    assert 0.92 <= inside95 <= 0.98
    covered = y[:, n : n + 3].sum(1) <= result.lead_time["quantile"].to_numpy()
    assert 0.96 <= covered.mean() <= 1.0
    scores = result.scores[result.scores.model == "comb"]
    assert scores.coverage80.mean() == pytest.approx(0.8, abs=0.04)


def test_automatic_choice_is_never_worse_than_comb(engine, mixed):
    """Last 6 months held out: class by class against always taking Comb."""
    rank = mixed.groupby("unique_id").cumcount(ascending=False)
    train, test = mixed[rank >= 6], mixed[rank < 6]
    result = engine.forecast(train, freq="M", horizon=6)
    comb = result.by_model[result.by_model.model == "comb"]
    both = test.merge(result.forecasts, on=["unique_id", "ds"]).merge(
        comb[["unique_id", "ds", "mean"]],
        on=["unique_id", "ds"],
        suffixes=("", "_comb"),
    )
    kind = both.unique_id.str.extract(r"([a-z]+)")[0]
    scale = train.groupby("unique_id").y.apply(lambda y: (y.diff() ** 2).mean())
    scale = both.unique_id.map(scale)
    own = ((both["mean"] - both.y) ** 2 / scale).groupby(kind).mean()
    base = ((both["mean_comb"] - both.y) ** 2 / scale).groupby(kind).mean()
    smooth = ["flat", "trend", "season"]
    assert (own[smooth] <= base[smooth] * (1 + 1e-9)).all()
    assert own[["rare", "lumpy"]].mean() <= base[["rare", "lumpy"]].mean() * 1.01


def test_lead_time_by_series(engine, mixed):
    ids = sorted(mixed.unique_id.unique())[:3]
    frame = mixed[mixed.unique_id.isin(ids)]
    result = engine.forecast(
        frame,
        freq="M",
        horizon=2,
        lead_time={ids[0]: 1, ids[1]: 5},
        service={ids[0]: 0.9, ids[1]: 0.99},
    )
    out = result.lead_time.set_index("unique_id")
    assert list(out.index) == ids[:2]
    assert list(out.service) == [0.9, 0.99]
    assert (result.forecasts.groupby("unique_id").size() == 2).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"freq": "Q"}, "freq is 'Q'"),
        ({"freq": "D"}, "month apart"),
        ({"horizon": 0}, "horizon is 0"),
        ({"horizon": 1.5}, "horizon is 1.5"),
        ({"policy": "best"}, "policy is 'best'"),
        ({"season": -1}, "season is -1"),
        ({"service": 1.5, "lead_time": 1}, "service must lie"),
        ({"lead_time": -1}, "lead_time must be"),
        ({"missing": "guess"}, "missing is 'guess'"),
    ],
)
def test_requests_that_cannot_be_answered(engine, mixed, options, words):
    with pytest.raises(engine.EngineError, match=words):
        engine.forecast(mixed, **({"freq": "M", "horizon": 3} | options))


def test_missing_column_and_empty_panel(engine, mixed):
    with pytest.raises(engine.EngineError, match="no column y"):
        engine.forecast(mixed.drop(columns="y"), freq="M", horizon=3)
    with pytest.raises(engine.EngineError, match="no rows"):
        engine.forecast(mixed.iloc[:0], freq="M", horizon=3)


def test_progress_reaches_the_end(engine, mixed):
    seen = []
    engine.forecast(
        mixed,
        freq="M",
        horizon=3,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == sorted(seen)
    assert seen[-1][0] <= seen[-1][1]


def test_worker_process_gives_the_same(engine, mixed):
    seen = []
    options = {"freq": "M", "horizon": 3, "lead_time": 2}
    here = engine.forecast(mixed, **options)
    there = engine.run_in_process(
        mixed, progress=lambda *step: seen.append(step), **options
    )
    for name in ("forecasts", "scores", "choice", "lead_time", "problems"):
        pd.testing.assert_frame_equal(getattr(here, name), getattr(there, name))
    assert seen


def test_worker_process_reports_timeouts_and_cancels(engine, mixed):
    with pytest.raises(engine.EngineError, match="horizon is 0"):
        engine.run_in_process(mixed, freq="M", horizon=0)
    start = time.monotonic()
    with pytest.raises(engine.EngineError, match="timeout"):
        engine.run_in_process(mixed, freq="M", horizon=3, timeout=0.01)
    with pytest.raises(Cancelled):
        engine.run_in_process(mixed, freq="M", horizon=3, cancel=lambda: True)
    assert time.monotonic() - start < 10


def test_closed_days_are_forecast_closed(engine):
    """Daily demand, nothing on Sundays: the week's shape is kept, Sundays near zero."""
    random = np.random.default_rng(0)
    week = np.array([1.0, 1.1, 1.0, 0.9, 1.4, 1.6, 0.0])  # 2024-01-01 is a Monday
    y = random.poisson(20 * np.tile(week, 40)[:260])
    frame = pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2024-01-01", periods=260), "y": y}
    )
    out = engine.forecast(frame, freq="D", horizon=14).forecasts.set_index("ds")["mean"]
    sunday = out[out.index.weekday == 6].max()
    assert sunday < 0.15 * out[out.index.weekday == 5].min()
