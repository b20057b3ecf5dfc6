# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which model speaks: by worth, by class, never by one series' luck."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omni_forecast.engine import policy
from omni_forecast.engine.backtest import Backtest
from omni_forecast.engine.classify import classify


@pytest.fixture(scope="module")
def few(mixed):
    return mixed[mixed.unique_id.isin(["flat00", "flat05", "season07", "rare01"])]


def models_of(result):
    return dict(result.choice.set_index("unique_id").model)


def test_dear_models_for_dear_articles(engine, few):
    pytest.importorskip("statsforecast")
    abc = {"flat00": "A", "flat05": "B", "season07": "C", "rare01": "A"}
    options = {"freq": "M", "horizon": 3, "windows": 2, "abc": abc}
    balanced = models_of(engine.forecast(few, policy="balanced", **options))
    assert balanced == {
        "flat00": "balanced",
        "flat05": "balanced",
        "season07": "comb",
        "rare01": "sparse_comb",
    }
    thorough = engine.forecast(few, policy="thorough", **options)
    assert models_of(thorough) == balanced | {"flat00": "thorough"}
    asked = thorough.by_model.groupby("model", observed=True).unique_id.unique()
    assert set(asked["lib_ets"]) == {"flat00"}
    assert set(asked["lib_dot"]) == {"flat00", "flat05"}


def test_classes_from_values(engine, few):
    pytest.importorskip("statsforecast")
    value = {"flat00": 900.0, "flat05": 90.0, "season07": 10.0}
    options = {"freq": "M", "horizon": 3, "windows": 2, "policy": "thorough"}
    got = models_of(engine.forecast(few, value=value, **options))
    assert (got["flat00"], got["flat05"], got["season07"]) == (
        "thorough",
        "balanced",
        "comb",
    )
    got = models_of(engine.forecast(few, value=pd.Series(value), **options))
    assert got["flat00"] == "thorough"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"abc": {"flat00": "D"}}, "abc holds 'D'"),
        ({"value": {"flat00": float("inf")}}, "value of flat00 is inf"),
        ({"value": [1, 2]}, "value is a list"),
        ({"also": ("lib_magic",)}, "also holds 'lib_magic'"),
    ],
)
def test_wrong_worth_is_named(engine, few, options, words):
    with pytest.raises(engine.EngineError, match=words):
        engine.forecast(few, freq="M", horizon=2, **options)


def backtest_of(actual, **mean):
    """A Backtest of (W, N, H) arrays."""
    windows, size, _horizon = actual.shape
    ones = np.ones((windows, size))
    return Backtest(
        np.arange(windows) + 3,
        actual,
        ones,
        ones,
        np.ones(size),
        np.ones(actual.shape),
        {name: values.astype(np.float32) for name, values in mean.items()},
    )


def contest(gain, windows=4, size=200, lucky=False):
    """Choice after a model erred `gain` less than the combination."""
    random = np.random.default_rng(11)
    actual = np.full((windows, size, 3), 100.0)
    error = random.normal(0, 10, actual.shape)
    other = error * (1 - gain)
    if lucky:  # one origin decides alone
        other = error * 1.02
        other[0] = error[0] * (1 - 5 * gain)
    back = backtest_of(actual, comb=actual + error, ses=actual + other)
    y = random.poisson(100, (size, 40)) * 1.0
    classes = classify(y, np.full(size, 40), 12)
    model, reason = policy.choose(classes, np.full(size, 40))
    margin = np.zeros(size)
    policy.champions(back, classes, model, reason, margin)
    return model, reason, margin


def test_a_champion_wins_by_a_margin(engine):
    model, reason, margin = contest(0.10)
    assert (model == "ses").all()
    assert reason[0] == ("Champion of its class: 10% less error than the combination.")
    assert margin[0] == pytest.approx(0.10, abs=1e-3)


@pytest.mark.parametrize(
    "options",
    [
        {"gain": 0.02},
        {"gain": 0.10, "windows": 2},
        {"gain": 0.10, "size": 20},
        {"gain": 0.10, "lucky": True},
    ],
    ids=["small margin", "few origins", "few series", "one origin"],
)
def test_no_champion_by_luck(options):
    model, _reason, margin = contest(**options)
    assert (model == "comb").all()
    assert (margin == 0).all()


def test_a_dear_policy_that_does_worse_is_not_kept():
    random = np.random.default_rng(12)
    actual = np.full((2, 100, 3), 50.0)
    error = random.normal(0, 5, actual.shape)
    y = random.poisson(50, (100, 40)) * 1.0
    classes = classify(y, np.full(100, 40), 12)
    rows = np.ones(100, bool)
    worse = backtest_of(actual, comb=actual + error, balanced=actual + 1.3 * error)
    assert not policy.keep_if_good("balanced", worse, classes, rows).any()
    same = error * random.choice([0.9, 1.1], error.shape)
    alike = backtest_of(actual, comb=actual + error, balanced=actual + same)
    assert policy.keep_if_good("balanced", alike, classes, rows).all()


def test_every_reason_has_words_in_the_readers_language(engine, mixed):
    """tools/texts.py knows each sentence of the engine, with its percentage."""
    path = Path(__file__).resolve().parents[2] / "tools" / "texts.py"
    spec = importlib.util.spec_from_file_location("omni_forecast_texts", path)
    texts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(texts)

    class Env:
        @staticmethod
        def _(text, *figures, **named):
            return "<" + (text % (figures or named) if figures or named else text) + ">"

    result = engine.forecast(mixed, freq="M", horizon=3, windows=2)
    said = dict(zip(result.choice.model, result.choice.reason, strict=True))
    said["comb"] = policy.REGULAR
    said |= {"tsb": policy.STOPPED, "naive": "No demand in the whole history: zero."}
    for model, reason in said.items():
        assert texts.reason_text(Env, model, reason).startswith("<"), reason
    for reason in (
        "Champion of its class: 12% less error than the combination.",
        "Known drivers cut the backtest error of such series by 12%.",
    ):
        assert " 12 %" in texts.reason_text(Env, "ses", reason)
