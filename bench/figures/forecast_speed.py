# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Speed of the fast forecast engine beside statsforecast and statsmodels on one panel.

CPU seconds of one thread, so that a busy machine does not blur the ratios. The peers are timed on
a sample of the same series and extrapolated to all; the note says how many were fitted.
"""

import os
import time
import warnings

import numpy as np
import pandas as pd

from bench.harness import Row
from suite.engines import load

TITLE = "forecast engine: 3-window backtest + final against statsforecast DOT and statsmodels HW"
PANELS = {
    "small": ((2_000, 84),),
    "medium": ((10_000, 84),),
    "large": ((10_000, 84), (100_000, 36)),
}
HORIZON = 6
WINDOWS = 3


def make_panel(size, periods, seed):
    """(size, periods) months of demand: 40 % seasonal, 30 % with trend, 30 % intermittent."""
    random = np.random.default_rng(seed)
    t = np.arange(periods)
    level = random.lognormal(3.5, 1.0, size)[:, None]
    phase = random.uniform(0, 12, size)[:, None]
    kind = random.random(size)[:, None]
    wave = np.where(kind < 0.4, 1 + 0.4 * np.sin(2 * np.pi * (t + phase) / 12), 1.0)
    slope = np.where((kind >= 0.4) & (kind < 0.7), random.normal(0, 0.005, (size, 1)), 0.0)
    smooth = level * wave * np.exp(slope * t) * random.lognormal(0, 0.2, (size, periods))
    rare = (random.random((size, periods)) < 0.25) * random.lognormal(1, 0.8, (size, periods))
    return np.where(kind < 0.7, smooth, np.ceil(rare))


def run(context):
    """CPU seconds of ours and of the extrapolated peers."""
    engine = load("omni_forecast")
    rows = []
    for size, periods in PANELS[context.size]:
        y = make_panel(size, periods, context.seed)
        dates = (np.datetime64("2019-01", "M") + np.arange(periods)).astype("datetime64[ns]")
        ids = np.array([f"S{i:06d}" for i in range(size)], dtype=object)
        frame = pd.DataFrame({"unique_id": np.repeat(ids, periods), "ds": np.tile(dates, size), "y": y.ravel()})
        began = time.process_time()
        result = engine.forecast(frame, freq="M", horizon=HORIZON, windows=WINDOWS)
        ours = time.process_time() - began
        assert len(result.forecasts) == size * HORIZON
        name = f"{size:,} x {periods}"
        sample = np.linspace(0, size - 1, 60).astype(int)
        peer = _peer(y[sample], _dot) * size / len(sample)
        note = f"peer: statsforecast DOT, {len(sample)} series x {WINDOWS + 1} fits extrapolated"
        rows.append(Row.of(f"{name}, bar 1/25", ours, peer, "CPU s", note))
        sample = sample[::5]
        peer = _peer(y[sample], _holt_winters) * size / len(sample)
        note = f"peer: statsmodels HW, {len(sample)} series x {WINDOWS + 1} fits extrapolated"
        rows.append(Row.of(f"{name}, bar 1/300", ours, peer, "CPU s", note))
    return rows


def _peer(rows, fit):
    """CPU seconds for the same origins as ours: the whole series and WINDOWS shorter ones."""
    began = time.process_time()
    for y in rows:
        for cut in range(0, (WINDOWS + 1) * HORIZON, HORIZON):
            fit(y[: len(y) - cut])
    return time.process_time() - began


def _dot(y):
    from statsforecast.models import DynamicOptimizedTheta

    DynamicOptimizedTheta(season_length=12).forecast(y=y, h=HORIZON)


def _holt_winters(y):
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ExponentialSmoothing(y, trend="add", seasonal="add", seasonal_periods=12)
        model.fit().forecast(HORIZON)


if __name__ == "__main__":
    import sys

    from bench.harness import Context, table

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    chosen = sys.argv[1] if len(sys.argv) > 1 else "small"
    print(table([("forecast_speed", row) for row in run(Context(chosen, 20260201))]))
