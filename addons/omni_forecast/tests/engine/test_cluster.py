# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A cluster gives the same numbers as this process, and says what it lacks."""

import importlib.util

import pandas as pd
import pytest
from omni_forecast.engine import cluster
from omni_forecast.engine.library import fit_part

TABLES = ("forecasts", "by_model", "scores", "choice", "lead_time", "problems")


@pytest.fixture(scope="module")
def two_workers():
    """Address of a Dask scheduler with two worker processes."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
    ) as local:
        yield local.scheduler_address


@pytest.fixture(scope="module")
def panel(mixed):
    """A panel of several blocks."""
    parts = [mixed.assign(unique_id=f"{i}_" + mixed.unique_id) for i in range(10)]
    return pd.concat(parts, ignore_index=True)


def test_fast_engine_on_dask_gives_the_same(engine, panel, two_workers):
    options = {"freq": "M", "horizon": 6, "lead_time": 2, "windows": 3}
    seen = []
    here = engine.forecast(panel, **options)
    there = engine.forecast(
        panel,
        cluster=two_workers,
        progress=lambda *step: seen.append(step),
        **options,
    )
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(here, name), getattr(there, name))
    assert seen[-1][0] == seen[-1][1]


def test_library_models_on_dask_give_the_same(engine, mixed, two_workers):
    pytest.importorskip("statsforecast")
    few = mixed[mixed.unique_id.str.endswith(("00", "05", "11"))]
    options = {"freq": "M", "horizon": 4, "policy": "thorough", "windows": 2}
    here = engine.forecast(few, **options)
    address = two_workers.replace("tcp://", "dask://")
    there = engine.run_in_process(few, cluster=address, **options)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(here, name), getattr(there, name))


def test_work_reaches_other_processes_through_fugue(two_workers):
    """The road of Spark and Ray, with Dask as the engine of fugue."""
    pytest.importorskip("fugue")
    pytest.importorskip("statsforecast")
    distributed = pytest.importorskip("distributed")
    y = [[float(5 + (i * k) % 7) for i in range(40)] for k in (2, 3, 5)]
    import numpy as np

    rows = [np.array(row) for row in y]
    parts = [([row], [row], ["lib_dot"], 12, (12,), 3) for row in rows]
    runner = cluster.Remote(lambda blobs: cluster._through_fugue("dask", blobs))
    with distributed.Client(two_workers):
        there = list(runner.map(fit_part, parts))
    here = [fit_part(part) for part in parts]
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(ours[0][0], theirs[0][0])


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("yarn", "cluster is 'yarn'; it must be local, dask://"),
        ("dask", "cluster is 'dask'; it must be"),
        ("tcp://127.0.0.1:1", "cluster 'tcp://127.0.0.1:1' does not answer"),
    ],
)
def test_settings_that_cannot_be_answered(engine, mixed, setting, words, monkeypatch):
    distributed = pytest.importorskip("distributed")
    plain = distributed.Client
    monkeypatch.setattr(
        distributed, "Client", lambda *a, **k: plain(*a, **{**k, "timeout": 1})
    )
    with pytest.raises(engine.EngineError, match="^" + words.replace("(", r"\(")):
        engine.forecast(mixed, freq="M", horizon=2, cluster=setting)


@pytest.mark.parametrize("setting", ["spark", "ray://127.0.0.1:10001"])
def test_missing_package_is_named(engine, mixed, setting):
    package = {"s": "pyspark", "r": "ray"}[setting[0]]
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed")
    with pytest.raises(engine.EngineError, match=f"needs the Python package {package}"):
        engine.forecast(mixed, freq="M", horizon=2, cluster=setting)
