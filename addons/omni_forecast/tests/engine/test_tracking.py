# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The bias alarm: silent on honest forecasts, loud on lasting bias."""

import numpy as np
import pandas as pd
import pytest


def choice(engine, demand, windows=3):
    size, width = demand.shape
    panel = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(size), width),
            "ds": np.tile(pd.date_range("2023-01-01", periods=width, freq="MS"), size),
            "y": demand.ravel(),
        }
    )
    return engine.forecast(
        panel, freq="M", horizon=6, windows=windows, missing="zero"
    ).choice


@pytest.mark.parametrize("kind", ["steady", "rare", "lumpy"])
def test_unbiased_demand_rarely_alarms(engine, kind):
    random = np.random.default_rng(20260102)
    shape = (400, 30)
    demand = {
        "steady": random.poisson(50, shape),
        "rare": random.poisson(0.3, shape),
        "lumpy": (random.random(shape) < 0.25) * random.lognormal(2, 1, shape),
    }[kind].astype(float)
    demand[:, 0] += 1
    out = choice(engine, demand)
    assert out.bias_alarm.mean() <= 0.04
    # the raw signal, which used to be the alarm, would not do
    assert (out.tracking_signal.abs() >= 4).mean() > 0.2


def test_demand_that_halved_alarms_as_too_high(engine):
    random = np.random.default_rng(20260103)
    demand = random.poisson(50, (200, 30)).astype(float)
    demand[:, -5:] = np.rint(demand[:, -5:] / 2)
    out = choice(engine, demand)
    assert out.bias_alarm.mean() >= 0.9
    assert (out.recent_bias[out.bias_alarm] > 0).all()
    assert (out.checked == 10).all()


@pytest.mark.parametrize("size", [5, 30])
def test_small_panels_notice_it_too(engine, size):
    """With many origins the forecast was made anew often: only the first errors are large."""
    random = np.random.default_rng(20260105)
    false, found = [], []
    for _panel in range(60 // size):
        demand = random.poisson(50, (size, 30)).astype(float)
        false.append(choice(engine, demand, None).bias_alarm.mean())
        demand[:, -5:] = np.rint(demand[:, -5:] / 2)
        found.append(choice(engine, demand, None).bias_alarm.mean())
    assert np.mean(false) <= 0.04
    assert np.mean(found) >= 0.7


def test_one_large_order_is_no_bias(engine):
    random = np.random.default_rng(20260106)
    demand = random.poisson(5, (50, 30)).astype(float)
    demand[:, -2] = 60
    assert choice(engine, demand, None).bias_alarm.mean() <= 0.05


def test_too_few_periods_never_alarm(engine):
    out = choice(engine, np.full((3, 4), 7.0))
    assert not out.bias_alarm.any()
    assert (out.checked == 0).all()


def test_a_short_series_is_forecast_as_if_it_stood_alone(engine):
    """Left padding by longer series of the panel changes nothing."""
    random = np.random.default_rng(20260104)
    lengths = [1, 2, 3, 5, 8, 13, 21, 34, 48]
    parts = []
    for index, length in enumerate(lengths):
        dates = pd.date_range(end="2025-12-01", periods=length, freq="MS")
        for kind, y in (
            ("steady", random.poisson(30, length)),
            ("rare", random.poisson(0.6, length)),
        ):
            parts.append(
                pd.DataFrame(
                    {"unique_id": f"{kind}{index}", "ds": dates, "y": y.astype(float)}
                )
            )
    together = engine.forecast(
        pd.concat(parts), freq="M", horizon=6, windows=1, missing="zero"
    ).by_model
    assert np.isfinite(together["mean"]).all()
    for part in parts:
        uid = part.unique_id.iloc[0]
        alone = engine.forecast(
            part, freq="M", horizon=6, windows=1, missing="zero"
        ).by_model
        left = together[together.unique_id == uid]
        both = left.merge(
            alone, on=["unique_id", "model", "ds"], suffixes=("", "_alone")
        )
        # the combination of rare demand is freed from the bias of all such series together
        both = both[both.model != "sparse_comb"]
        assert len(both)
        np.testing.assert_allclose(
            both["mean"], both["mean_alone"], rtol=1e-4, atol=1e-5, err_msg=uid
        )
