# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Seasons of histories of little more than one to three seasons, and what is none."""

import numpy as np
import pandas as pd
import pytest
from omni_forecast.engine import backtest, season, short_season
from omni_forecast.engine.models import fit_rows

SIZE = 300
STEP = {"M": "MS", "W": "7D", "D": "D"}
LENGTH = {"M": 12, "W": 365.25 / 7, "D": 7}


def frame_of(y, freq):
    start = "2021-01-01" if freq == "M" else "2021-01-04"
    dates = pd.date_range(start, periods=y.shape[1], freq=STEP[freq])
    ids = [f"s{i:03d}" for i in range(len(y))]
    return pd.DataFrame(
        {
            "unique_id": np.repeat(ids, y.shape[1]),
            "ds": np.tile(dates, len(y)),
            "y": y.ravel(),
        }
    )


def seasonal(count, freq="M", size=40, wave=0.5, noise=0.08, growth=0.0):
    """(size, count) demand whose series have their peaks at different times."""
    random = np.random.default_rng(20260501)
    t = np.arange(count)
    phase = random.uniform(0, LENGTH[freq], (size, 1))
    level = random.lognormal(4, 0.5, (size, 1))
    shape = 1 + wave * np.sin(2 * np.pi * (t + phase) / LENGTH[freq])
    chance = random.normal(0, noise, (size, count))
    return level * shape * np.exp(growth * t + chance)


def free(kind, count, size=SIZE):
    """(size, count) demand without a season."""
    random = np.random.default_rng(20260502)
    e = random.normal(0, 0.15, (size, count))
    if kind == "walk":
        e = np.cumsum(e, axis=1)
    if kind == "drifting":
        e = e + np.cumsum(random.normal(0, 0.07, (size, count)), axis=1)
    if kind == "slow":
        for i in range(1, count):
            e[:, i] += 0.7 * e[:, i - 1]
    if kind == "trend":
        e = e + 0.02 * np.arange(count)
    if kind == "rounded":
        return random.poisson(4.0, (size, count)) * 1.0
    return 100 * np.exp(e)


def one_off(y, n, season, freq="M", model="comb"):
    ahead = y.shape[1] - n
    none = np.zeros(len(y), bool)
    fit = fit_rows(y[:, :n], np.full(len(y), n), ahead, season, freq, none)
    return np.abs(fit.mean[model] - y[:, n:]).sum() / y[:, n:].sum(), fit


FREE = ("noise", "walk", "drifting", "slow", "trend", "rounded")


@pytest.mark.parametrize("kind", FREE)
@pytest.mark.parametrize(
    ("m", "n"),
    [(12, 15), (12, 18), (12, 24), (12, 36), (12, 84), (7, 10), (7, 16), (52, 70)],
)
def test_what_is_no_season_gets_none(kind, m, n):
    freq = {12: "M", 7: "D", 52: "W"}[m]
    y = free(kind, n + 6)
    own, fit = one_off(y, n, m, freq)
    without, _fit = one_off(y, n, 1, freq)
    assert (fit.strength > 0).mean() <= 0.06
    assert own < 1.04 * without


@pytest.mark.parametrize("growth", [0.0, 0.02])
@pytest.mark.parametrize("n", [18, 20, 24, 29, 30, 36])
def test_a_strong_season_is_believed_from_18_months_on(n, growth):
    y = seasonal(n + 12, growth=growth, wave=0.6, noise=0.05)
    own, fit = one_off(y, n, 12)
    without, _fit = one_off(y, n, 1)
    assert (fit.strength > 0).mean() >= 0.9
    assert own < 0.5 * without


@pytest.mark.parametrize(("freq", "n", "m"), [("W", 74, 52), ("D", 12, 7)])
def test_weeks_and_days_as_well(freq, n, m):
    y = seasonal(n + m // 6, freq)
    own, fit = one_off(y, n, m, freq)
    without, _fit = one_off(y, n, 1, freq)
    assert (fit.strength > 0).mean() >= 0.9
    assert own < 0.7 * without


def test_one_month_that_stands_out():
    """December is thrice the rest, which no sine of a year can say."""
    random = np.random.default_rng(20260503)
    year = np.ones(12)
    year[11] = 3.0
    y = 50 * np.tile(year, 3) * random.lognormal(0, 0.08, (40, 36))
    own, fit = one_off(y, 24, 12)
    assert (fit.strength > 0).mean() >= 0.9
    assert np.median(fit.wave[:, 11] / fit.wave[:, :11].mean(1)) > 2.0
    assert own < 0.15


def test_index_is_what_it_was_made_of():
    """A perfect history of two seasons gives its index back, on average 1."""
    year = np.array([60, 70, 85, 100, 120, 135, 150, 140, 115, 95, 70, 60.0])
    index, believed, strength, spent = short_season.averaged_season(
        np.tile(year, 2)[None, :], 12
    )
    assert believed[0] and strength[0] > 0.9 and 5 < spent[0] <= 11
    assert index[0].mean() == pytest.approx(1.0)
    np.testing.assert_allclose(index[0], year / year.mean(), rtol=0.05)


def test_the_answer_has_no_unit_and_no_neighbours():
    y = seasonal(22, size=6)
    y[2, :4] = np.nan
    whole = short_season.averaged_season(y, 12)
    scaled = short_season.averaged_season(1000 * y, 12)
    alone = short_season.averaged_season(y[2:3, 4:], 12)
    for a, b in zip(whole, scaled, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)
    for a, b in zip(whole, alone, strict=True):
        np.testing.assert_allclose(a[2:3], b, atol=1e-3)


def test_too_short_is_left_alone():
    y = seasonal(14)
    found = season.find_season(y, 12, "M", 3)
    assert not found.seasonal.any()
    assert (found.over == 1).all() and (found.spent == 0).all()


def test_backtest_of_30_months_is_that_of_the_forecast_given(engine):
    """The report of origins that could not know the season is no report of the forecast."""
    y = seasonal(36, size=20, wave=0.6, noise=0.05)
    result = engine.forecast(frame_of(y[:, :30], "M"), freq="M", horizon=6, lead_time=3)
    scores = result.scores.pivot(index="unique_id", columns="model", values="rmsse")
    assert scores["comb"].mean() < 1.25 * scores["snaive"].mean()
    assert not (scores["comb"] > 2 * scores["snaive"]).any()
    assert (result.choice.season_strength > 0.7).mean() >= 0.9
    # bands that are worth having, and kept
    out, actual = result.forecasts, y[:, 30:].ravel()
    assert (out.hi80 - out.lo80).sum() < 0.4 * actual.sum()
    assert ((actual >= out.lo80) & (actual <= out.hi80)).mean() > 0.7
    total = y[:, 30:33].sum(1)
    quantile = result.lead_time["quantile"].to_numpy()
    assert (total <= quantile).mean() >= 0.95
    assert quantile.sum() < 1.35 * total.sum()


def test_origins_without_the_season_are_not_judged():
    y = seasonal(30)
    n = np.full(len(y), 30)
    sparse = np.zeros(len(y), bool)
    back = backtest.run_backtest(y, n, 6, 12, "M", sparse)
    known = np.arange(len(y)) % 2 == 0
    backtest.leave_unlike(back, n, known, 12)
    judged = ~np.isnan(back.actual).all(2)
    short = 30 - back.cuts < 15
    assert short.any() and not short.all()
    assert not judged[np.ix_(short, known)].any()
    assert judged[np.ix_(short, ~known)].all() and judged[~short].all()


def test_bands_where_no_origin_has_room_for_the_horizon(engine):
    """18 months, a year ahead: the first months of the horizon are judged at least."""
    assert len(backtest.plan_cuts(np.full(5000, 18), 12, 12)) >= 1
    assert len(backtest.plan_cuts(np.full(5000, 60), 12, 12)) == 3
    y = free("drifting", 30, 200)
    out = engine.forecast(frame_of(y[:, :18], "M"), freq="M", horizon=12, windows=3)
    actual, table = y[:, 18:].ravel(), out.forecasts
    assert 0.7 <= ((actual >= table.lo80) & (actual <= table.hi80)).mean() <= 0.95
    assert out.scores.n.max() > 0


def test_rare_demand_keeps_its_models(engine):
    random = np.random.default_rng(20260504)
    y = (random.random((60, 24)) < 0.3) * random.poisson(5, (60, 24)) * 1.0
    result = engine.forecast(frame_of(y, "M"), freq="M", horizon=6)
    assert (result.choice.season_strength > 0).mean() <= 0.05


def test_library_models_get_the_season_of_a_short_history(engine):
    pytest.importorskip("statsforecast")
    y = seasonal(30, size=4)
    frame = frame_of(y[:, :24], "M")
    result = engine.forecast(
        frame, freq="M", horizon=6, policy="balanced", also=("lib_ets",), windows=1
    )
    for model in ("lib_dot", "lib_ets"):
        mean = result.by_model[result.by_model.model == model]
        mean = mean.sort_values(["unique_id", "ds"])["mean"].to_numpy()
        assert np.abs(mean - y[:, 24:].ravel()).sum() < 0.2 * y[:, 24:].sum(), model


def test_champions_of_series_with_and_without_a_season_are_apart(engine):
    """Where half of a class does not show its season yet, that half takes the seasonal naive."""
    steady = seasonal(24, size=60, wave=0.6, noise=0.03)
    noisy = seasonal(24, size=60, wave=0.45, noise=0.16)
    y = np.concatenate([steady, noisy])
    result = engine.forecast(frame_of(y[:, :18], "M"), freq="M", horizon=6)
    model = result.choice.set_index("unique_id").model
    unseen = result.choice.set_index("unique_id").season_strength == 0
    assert unseen.sum() >= 30 and (~unseen).sum() >= 30
    assert (model[unseen] == "snaive").all()
    assert (model[~unseen] != "snaive").all()
