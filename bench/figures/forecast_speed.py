# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Speed of the fast forecast engine beside statsforecast and statsmodels on one panel.

A 3-window backtest and the final fit of every model, in a process of its own with one thread.
CPU seconds, so that a busy machine does not blur the ratios; seconds on the clock and the memory are
rows of their own. The peers are timed on a sample of the same series in the same process and
extrapolated to all; the note says how many were fitted.

    bench/run forecast_speed                    2,000 x 84
    bench/run forecast_speed --size medium      10,000 x 84
    bench/run forecast_speed --size large       10,000 x 84 and 100,000 x 36
"""

import json
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in (".", "scripts")]

import numpy as np
import pandas as pd

from bench.harness import Row
from suite.engines import load
from suite.prepare import Problem

TITLE = "forecast engine: 3-window backtest + final against statsforecast DOT and statsmodels HW"
PANELS = {
    "small": ((2_000, 84),),
    "medium": ((10_000, 84),),
    "large": ((10_000, 84), (100_000, 36)),
}
HORIZON = 6
WINDOWS = 3
BARS = {"dot": 25, "holt_winters": 300}
ALONE = {(100_000, 36): 20.0}  # seconds it may take
PEERS = {"dot": "statsforecast DOT", "holt_winters": "statsmodels HW"}


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
    """CPU seconds of ours and of the extrapolated peers, seconds on the clock, memory."""
    rows = []
    for size, periods in PANELS[context.size]:
        seen = _in_child(size, periods, context.seed)
        name = f"{size:,} x {periods}"
        for peer, bar in BARS.items():
            note = f"peer: {PEERS[peer]}, {seen[peer + '_sample']} series x {WINDOWS + 1} fits extrapolated"
            if (size, periods) not in ALONE:
                kept = "kept" if seen["cpu"] * bar <= seen[peer] else "MISSED"
                note += f"; bar 1/{bar} {kept}"
            rows.append(Row.of(name, seen["cpu"], seen[peer], "CPU s", note))
        bar = ALONE.get((size, periods))
        if bar:
            kept = "kept" if seen["cpu"] <= bar else "MISSED"
            note = f"one thread: its seconds on an idle machine; peer: bar, {kept}"
            rows.append(Row.of(name, seen["cpu"], bar, "CPU s", note))
        note = f"on the clock, with {os.getloadavg()[0]:.1f} processes running on {os.cpu_count()} cores"
        rows.append(Row.of(name, seen["clock"], None, "s", note))
        note = f"largest memory of the process; with the table alone {seen['before']:.0f} MB"
        rows.append(Row.of(name, seen["memory"], None, "MB", note))
    return rows


def _in_child(size, periods, seed):
    """What `child` measured, in a process with one thread."""
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = "1"
    command = [sys.executable, __file__, str(size), str(periods), str(seed)]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"the measured process failed: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def child(size, periods, seed):
    """Measure ours, then the peers, here."""
    engine = load("omni_forecast")
    y = make_panel(size, periods, seed)
    dates = (np.datetime64("2019-01", "M") + np.arange(periods)).astype("datetime64[ns]")
    ids = np.array([f"S{i:06d}" for i in range(size)], dtype=object)
    frame = pd.DataFrame({"unique_id": np.repeat(ids, periods), "ds": np.tile(dates, size), "y": y.ravel()})
    seen = {"before": _memory()}
    cpu, clock = time.process_time(), time.perf_counter()
    result = engine.forecast(frame, freq="M", horizon=HORIZON, windows=WINDOWS)
    seen["cpu"], seen["clock"] = time.process_time() - cpu, time.perf_counter() - clock
    seen["memory"] = _memory()
    assert len(result.forecasts) == size * HORIZON
    for peer, fit, count in (("dot", _dot, 60), ("holt_winters", _holt_winters, 12)):
        sample = np.linspace(0, size - 1, count).astype(int)
        seen[peer] = _peer(y[sample], fit) * size / count
        seen[f"{peer}_sample"] = count
    return seen


def _memory():
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _peer(rows, fit):
    """CPU seconds for the same origins as ours: the whole series and WINDOWS shorter ones."""
    fit(rows[0])  # imports are not counted
    began = time.process_time()
    for y in rows:
        for cut in range(0, (WINDOWS + 1) * HORIZON, HORIZON):
            part = y[: len(y) - cut]
            # two whole seasons are the least that Holt-Winters can start from
            fit(part if len(part) >= 24 else y[:24])
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
    print(json.dumps(child(*map(int, sys.argv[1:4]))))
