# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Weeks and days: long seasons, closed days, a week inside a year, ten years."""

import time

import numpy as np
import pandas as pd
import pytest
from omni_forecast.engine import season


def panel(y, freq, start="2021-01-04"):
    """Long frame of (N, T) values."""
    size, count = y.shape
    dates = pd.date_range(start, periods=count, freq="7D" if freq == "W" else "D")
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:03d}" for i in range(size)], count),
            "ds": np.tile(dates, size),
            "y": y.ravel(),
        }
    )


def wape(result, actual):
    mean = result.forecasts["mean"].to_numpy().reshape(actual.shape)
    return np.abs(mean - actual).sum() / actual.sum()


def weeks(kind, count, size=60):
    random = np.random.default_rng(20260301)
    t = np.arange(count)
    level = random.lognormal(4, 0.5, size)[:, None]
    if kind == "season":
        phase = random.uniform(0, 52, size)[:, None]
        wave = 1 + 0.4 * np.sin(2 * np.pi * (t + phase) / 52.18)
        return level * wave * random.lognormal(0, 0.15, (size, count))
    steps = random.normal(0, 0.05, (size, count))
    walk = level * np.exp(np.cumsum(steps, axis=1))
    return walk * random.lognormal(0, 0.1, (size, count))


@pytest.mark.parametrize("count", [90, 104, 130, 160])
def test_a_year_of_weeks_needs_no_130_weeks(engine, count):
    y = weeks("season", count + 13)
    frame = panel(y[:, :-13], "W")
    own = engine.forecast(frame, freq="W", horizon=13)
    none = engine.forecast(frame, freq="W", horizon=13, season=1)
    assert wape(own, y[:, -13:]) < 0.7 * wape(none, y[:, -13:])
    assert own.choice.season_strength.median() > 0.5


@pytest.mark.parametrize("count", [90, 104, 130])
def test_a_random_walk_is_no_season(engine, count):
    y = weeks("walk", count + 13)
    frame = panel(y[:, :-13], "W")
    own = engine.forecast(frame, freq="W", horizon=13)
    none = engine.forecast(frame, freq="W", horizon=13, season=1)
    assert wape(own, y[:, -13:]) < 1.05 * wape(none, y[:, -13:])
    assert (own.choice.season_strength > 0).mean() < 0.1


WEEK = np.array([1.0, 1.1, 1.0, 0.9, 1.4, 0.0, 0.0])  # 2021-01-04 is a Monday


def days(count, size=20, yearly=0.0, rate=None):
    random = np.random.default_rng(20260302)
    t = np.arange(count)
    level = (
        random.lognormal(3, 0.5, size)[:, None] if rate is None else rate
    ) * np.ones((size, 1))
    wave = 1 + yearly * np.sin(2 * np.pi * t / 365.25)
    return random.poisson(level * WEEK[t % 7] * wave).astype(float)


def test_closed_weekends_are_neither_flat_nor_rare(engine):
    y = days(274, size=80)
    result = engine.forecast(panel(y[:, :-14], "D"), freq="D", horizon=14)
    out = result.forecasts
    closed = np.tile(WEEK[np.arange(260, 274) % 7] == 0, len(y))
    assert (result.choice.demand_class == "smooth").all()
    assert (result.choice.model == "comb").all()
    bands = ["mean", "lo80", "hi80", "lo95", "hi95"]
    assert (out.loc[closed, bands] == 0).all().all()
    assert (out.loc[~closed, "mean"] > 0).all()
    friday = np.tile(np.arange(260, 274) % 7 == 4, len(y))
    thursday = np.tile(np.arange(260, 274) % 7 == 3, len(y))
    assert out.loc[friday, "mean"].sum() > 1.3 * out.loc[thursday, "mean"].sum()
    actual = y[:, -14:].ravel()
    inside = (actual >= out.lo80) & (actual <= out.hi80)
    assert 0.75 <= inside[~closed].mean() <= 0.85


def test_slow_articles_sell_on_open_days_only(engine):
    y = days(400, rate=0.5)
    result = engine.forecast(panel(y, "D"), freq="D", horizon=7)
    out = result.forecasts["mean"].to_numpy().reshape(-1, 7)
    is_closed = WEEK[np.arange(400, 407) % 7] == 0
    rare = result.choice.model.to_numpy() == "sparse_comb"
    assert rare.any()
    assert (out[:, is_closed] == 0).all()
    # a week's forecast is a week's demand
    assert out.sum() == pytest.approx(y[:, -140:].sum() / 20, rel=0.15)


def test_a_weekday_that_sells_now_is_open_again():
    """One sale in 26 weeks may be a slip; sales in the last weeks are none."""
    y = np.tile(WEEK + 1.0 * (WEEK > 0), 30)[None, :] * 10
    assert list(season.closed_phases(y, 7)[0]) == [False] * 5 + [True] * 2
    y[0, -2] = 3  # the last Saturday
    assert list(season.closed_phases(y, 7)[0]) == [False] * 5 + [True] * 2
    y[0, -9] = 3
    assert list(season.closed_phases(y, 7)[0]) == [False] * 6 + [True]


def test_rare_demand_has_no_closed_phases():
    random = np.random.default_rng(7)
    y = (random.random((500, 84)) < 0.15) * 1.0
    assert season.closed_phases(y, 12).any(1).mean() < 0.01
    y = (random.random((500, 120)) < 0.4) * 1.0
    assert season.closed_phases(y, 7).any(1).mean() < 0.01


def test_months_of_rest_are_forecast_empty(engine, series):
    """Sold from May to September only, for five years."""
    year = np.array([0, 0, 0, 0, 20, 40, 50, 40, 20, 0, 0, 0.0])
    noise = np.random.default_rng(3).lognormal(0, 0.1, 60)
    result = engine.forecast(
        series("ice", np.tile(year, 5) * noise), freq="M", horizon=12
    )
    mean = result.forecasts["mean"].to_numpy()
    np.testing.assert_allclose(mean, year, atol=8)
    assert (mean[year == 0] == 0).all()


def test_week_and_year_of_daily_demand(engine):
    count, ahead = 3 * 365, 60
    y = days(count + ahead, yearly=0.4)
    frame = panel(y[:, :-ahead], "D")
    result = engine.forecast(frame, freq="D", horizon=ahead)
    actual = y[:, -ahead:]
    assert wape(result, actual) < 0.3
    # the year is what a week alone misses: the level of the coming two months
    total = result.forecasts["mean"].sum() / actual.sum()
    assert 0.93 < total < 1.07
    last = y[:, -2 * ahead : -ahead].sum() / actual.sum()
    assert not 0.9 < last < 1.1
    out = result.forecasts
    opened = (actual.ravel() > 0) | (out["mean"] > 0)
    inside = (actual.ravel() >= out.lo80) & (actual.ravel() <= out.hi80)
    assert 0.73 <= inside[opened].mean() <= 0.87


def test_ten_years_of_days(engine):
    y = days(3653 + 30, size=8, yearly=0.3)
    began = time.process_time()
    result = engine.forecast(panel(y[:, :-30], "D"), freq="D", horizon=30, lead_time=14)
    assert time.process_time() - began < 30
    assert np.isfinite(result.forecasts["mean"]).all()
    assert wape(result, y[:, -30:]) < 0.35
    assert len(result.lead_time) == 8


def test_library_models_of_weeks_and_days_have_the_season(engine):
    """Seasons over 24 periods, two seasons and closed days reach the library models."""
    pytest.importorskip("statsforecast")
    y = weeks("season", 156 + 13, size=4)
    result = engine.forecast(
        panel(y[:, :-13], "W"),
        freq="W",
        horizon=13,
        policy="balanced",
        also=("lib_mstl", "lib_ets"),
        windows=1,
    )
    flat = engine.forecast(panel(y[:, :-13], "W"), freq="W", horizon=13, season=1)
    for model in ("lib_dot", "lib_mstl", "lib_ets", "balanced"):
        mean = result.by_model[result.by_model.model == model].sort_values(
            ["unique_id", "ds"]
        )
        error = np.abs(mean["mean"].to_numpy() - y[:, -13:].ravel()).sum()
        assert error < 0.8 * wape(flat, y[:, -13:]) * y[:, -13:].sum(), model
    y = days(800, size=2, yearly=0.4)
    result = engine.forecast(
        panel(y, "D"),
        freq="D",
        horizon=7,
        policy="balanced",
        also=("lib_mstl",),
        windows=1,
    )
    closed = np.tile(WEEK[np.arange(800, 807) % 7] == 0, 2)
    for model in ("lib_dot", "lib_mstl"):
        mean = result.by_model[result.by_model.model == model].sort_values(
            ["unique_id", "ds"]
        )
        assert (mean["mean"].to_numpy()[closed] == 0).all()
        assert (mean["mean"].to_numpy()[~closed] > 0).all()
