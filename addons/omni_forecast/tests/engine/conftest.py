# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Plain tests of the forecast engine: no Odoo, no database."""

import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[4] / "scripts"))

from suite.engines import load  # noqa: E402

load("omni_forecast")
# pytest would run the tests/__init__.py above this folder, which needs Odoo
_bare = types.ModuleType("omni_forecast.tests")
_bare.__path__ = [str(HERE.parents[1])]
sys.modules.setdefault("omni_forecast.tests", _bare)


@pytest.fixture(scope="session")
def engine():
    return load("omni_forecast")


# pytest would run the tests/__init__.py above this folder, which needs Odoo
_bare = types.ModuleType("omni_forecast.tests")
_bare.__path__ = [str(HERE.parents[1])]
sys.modules.setdefault("omni_forecast.tests", _bare)


@pytest.fixture(scope="session")
def series():
    """Function that makes a long frame of one series."""

    def make(unique_id, values, start="2020-01-01", freq="MS"):
        dates = pd.date_range(start, periods=len(values), freq=freq)
        return pd.DataFrame(
            {"unique_id": unique_id, "ds": dates, "y": np.asarray(values, float)}
        )

    return make


@pytest.fixture(scope="session")
def mixed(series):
    """Generated months: flat, trend, season, intermittent, lumpy; 12 of each, ragged."""
    random = np.random.default_rng(20260101)
    parts = []
    for i in range(12):
        n = 60 - 2 * i
        t = np.arange(n)
        level = 50 + 20 * i
        wave = 1 + 0.4 * np.sin(2 * np.pi * t / 12)
        rows = {
            "flat": random.poisson(level, n),
            "trend": level + 2 * t + random.normal(0, 8, n),
            "season": level * wave * random.lognormal(0, 0.1, n),
            "rare": random.poisson(0.4, n),
            "lumpy": (random.random(n) < 0.3) * random.lognormal(2, 1, n),
        }
        parts += [series(f"{kind}{i:02d}", y) for kind, y in rows.items()]
    return pd.concat(parts, ignore_index=True)
