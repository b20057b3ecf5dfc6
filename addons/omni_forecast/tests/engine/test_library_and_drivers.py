# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Library policies and drivers: agreement with statsforecast, isolation of failures."""

import numpy as np
import pandas as pd
import pytest
from omni_forecast.engine import drivers, intermittent, library, smoothing

models = pytest.importorskip("statsforecast.models")


@pytest.fixture(scope="module")
def rare():
    random = np.random.default_rng(9)
    return (random.random((20, 60)) < 0.4) * random.integers(1, 9, (20, 60)) * 1.0


def test_smoothing_agrees_with_statsforecast(rare):
    z = np.ascontiguousarray(rare.T, np.float32)
    n = np.full(20, 60)
    ours = smoothing.ses_level(z, n, np.array([0.2], np.float32), fit_start=False)
    model = models.SimpleExponentialSmoothing(alpha=0.2)
    theirs = [model.forecast(y=y, h=1)["mean"][0] for y in rare]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_croston_sba_agrees_with_statsforecast(rare):
    ours = intermittent.croston(rare, np.full(20, 60), 0.1, "sba")
    theirs = [models.CrostonSBA().forecast(y=y, h=1)["mean"][0] for y in rare]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_tsb_agrees_with_statsforecast_on_long_series():
    """The starts differ (ours takes the first year's mean); the recursion is the same."""
    random = np.random.default_rng(4)
    y = (random.random((5, 800)) < 0.4) * random.integers(1, 9, (5, 800)) * 1.0
    ours = intermittent.tsb(y, np.full(5, 800), 0.1, 0.1)
    model = models.TSB(alpha_d=0.1, alpha_p=0.1)
    theirs = [model.forecast(y=row, h=1)["mean"][0] for row in y]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("policy", ["balanced", "thorough"])
def test_policies_use_the_library(engine, mixed, policy):
    few = mixed[mixed.unique_id.isin(["season00", "flat03", "rare01"])]
    result = engine.forecast(few, freq="M", horizon=4, policy=policy, windows=2)
    chosen = result.choice.set_index("unique_id").model
    assert chosen["season00"] == chosen["flat03"] == policy
    assert chosen["rare01"] == "sparse_comb"
    assert np.isfinite(result.forecasts["mean"]).all()
    assert policy in set(result.scores.model)
    assert "lib_dot" in set(result.by_model.model)


def test_a_model_that_fails_is_named_and_the_others_speak(engine, mixed, monkeypatch):
    class Broken:
        def forecast(self, y, h):
            if y.max() > 100 * library.SIZE / 128:
                raise ZeroDivisionError("no luck")
            return {"mean": np.full(h, np.nan)}

    monkeypatch.setattr(
        library, "load_models", lambda names, season: {"lib_dot": Broken()}
    )
    few = mixed[mixed.unique_id.isin(["flat00", "flat05"])]
    result = engine.forecast(few, freq="M", horizon=4, policy="balanced", windows=2)
    failed = result.problems[result.problems.code == "model_failed"]
    assert set(failed.unique_id) == {"flat00", "flat05"}
    plain = engine.forecast(few, freq="M", horizon=4, windows=2)
    pd.testing.assert_series_equal(
        result.forecasts["mean"], plain.forecasts["mean"], check_exact=False
    )


def test_library_absent_is_one_sentence(engine, mixed, monkeypatch):
    def absent(names, season):
        raise engine.EngineError("this policy needs the Python package statsforecast")

    monkeypatch.setattr(library, "load_models", absent)
    with pytest.raises(engine.EngineError, match="needs the Python package"):
        engine.forecast(mixed, freq="M", horizon=2, policy="thorough")


def test_slopes_of_thin_series_lean_on_the_panel():
    """30 long series with elasticity -2 and one of 8 periods without price changes."""
    random = np.random.default_rng(2)
    price = random.choice([0.0, 0.5, 1.0], (31, 60))
    price[30, :59] = 0.5
    y = np.exp(3 - 2 * price + random.normal(0, 0.1, price.shape))
    n = np.full(31, 60)
    n[30] = 8
    y[30, :52] = np.nan
    given = ~np.isnan(y)
    cube = np.where(given, price, np.nan)[:, :, None]
    future = np.tile(np.array([0.0, 1.0]), (31, 1))[:, :, None]
    out, _share = drivers.forecast_drivers(y, given, n, cube, future)
    ratio = np.log(out[:, 0] / out[:, 1])
    np.testing.assert_allclose(ratio, 2, atol=0.35)


def test_drivers_are_chosen_only_when_they_help(engine):
    random = np.random.default_rng(8)
    dates = pd.date_range("2022-01-02", periods=90, freq="7D")
    parts = []
    for i in range(10):
        noise = random.normal(size=90)
        y = 50 + 10 * random.normal(size=90)
        parts.append(
            pd.DataFrame({"unique_id": f"s{i}", "ds": dates, "y": y, "x": noise})
        )
    frame = pd.concat(parts)
    past, ahead = frame[frame.ds < dates[86]], frame[frame.ds >= dates[86]]
    result = engine.forecast(
        past, freq="W", horizon=4, future=ahead[["unique_id", "ds", "x"]]
    )
    assert (result.choice.model == "comb").all()
    assert "drivers" in set(result.scores.model)
