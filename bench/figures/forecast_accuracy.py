# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accuracy of the forecast engine on real series kept apart, beside the best figure seen.

The sets are not part of the repository; OMNI_SHARED_DATA names the folder that holds m3/,
expsmooth/, spare_parts/ and orange_juice/. Nothing is tuned on the test parts: M3 comes with its
split, of the others the last periods are held out. `peer` is the bar, not a run.

    OMNI_SHARED_DATA=... bench/run forecast_accuracy            fast policy
    OMNI_SHARED_DATA=... bench/run forecast_accuracy --size medium    also thorough (minutes)
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from bench.harness import Row
from suite.engines import load
from suite.prepare import Problem

TITLE = "forecast accuracy on held-out real series, against the bars of the plan"
LEAD = 3
ORIGINS = (12, 9, 6, 3)


def data_folder():
    """:raises Problem: OMNI_SHARED_DATA is not set or not a folder"""
    path = os.environ.get("OMNI_SHARED_DATA", "")
    if not path or not Path(path).is_dir():
        raise Problem("OMNI_SHARED_DATA must name the folder with m3/, expsmooth/, spare_parts/")
    return Path(path)


def month(start, count):
    """`count` month starts from "YYYY-MM"."""
    return (np.datetime64(start, "M") + np.arange(count)).astype("datetime64[ns]")


def hospital(folder):
    """Monthly patient counts, 767 x 84."""
    return pd.read_csv(folder / "expsmooth" / "hospital.csv.gz", parse_dates=["ds"])


def braf(folder):
    """Royal Air Force spares, 5,000 x 84 months."""
    wide = pd.read_csv(folder / "spare_parts" / "braf.csv.gz")
    wide.columns = wide.columns.str.strip()
    y = wide.drop(columns=["item", "Price"]).to_numpy(float)
    ids = np.array([f"B{i:04d}" for i in range(len(y))], dtype=object)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(ids, y.shape[1]),
            "ds": np.tile(month("1996-01", y.shape[1]), len(y)),
            "y": y.ravel(),
        }
    )


def m3(folder):
    """M3 monthly, 1,428 series: (train, test)."""
    meta = pd.read_csv(folder / "m3" / "m3_meta.csv.gz")
    monthly = meta[meta.period.str.strip() == "MONTHLY"].unique_id
    frame = pd.read_csv(folder / "m3" / "m3.csv.gz")
    frame = frame[frame.unique_id.isin(monthly)]
    # the calendar date plays no part; a running month number does
    frame["ds"] = month("1950-01", int(frame.t.max()))[frame.t.to_numpy() - 1]
    train = frame.split == "train"
    return frame[train], frame[~train]


def orange_juice(folder):
    """Weekly sales by store and brand with own price, deal and feature."""
    path = folder / "orange_juice" / "orange_juice_store_brand_week.csv.gz"
    frame = pd.read_csv(path)
    frame["unique_id"] = frame.store.astype(str) + "_" + frame.brand.astype(str)
    weeks = 7 * frame.week.to_numpy()
    frame["ds"] = np.datetime64("1989-09-14", "ns") + weeks.astype("timedelta64[D]")
    frame["y"] = np.exp(frame.logmove)
    prices = frame[[f"price{i}" for i in range(1, 12)]].to_numpy()
    frame["price"] = prices[np.arange(len(frame)), frame.brand - 1]
    return frame


def split(frame, cut, horizon):
    """(train, test): the last `cut` rows of each series held out, `horizon` of them judged."""
    left = frame.groupby("unique_id").cumcount(ascending=False)
    return frame[left >= cut], frame[(left < cut) & (left >= cut - horizon)]


def matrices(train, test, result, model=None):
    """(train list of arrays, actual (N, H), table of results (N, H) by column name)."""
    frame = result.forecasts
    if model:
        frame = result.by_model[result.by_model.model == model]
    both = test.merge(frame, on=["unique_id", "ds"], how="left").sort_values(["unique_id", "ds"])
    size = both.unique_id.nunique()
    past = [y.to_numpy() for _id, y in train.sort_values("ds").groupby("unique_id").y]
    columns = ("y", "mean") if model else ("y", "mean", "lo80", "hi80", "lo95", "hi95")
    return past, {name: both[name].to_numpy().reshape(size, -1) for name in columns}


def judge(accuracy, past, out):
    """Mean over series of MASE, sMAPE, RMSSE; bias as share of demand; coverages."""
    y, mean = out["y"], out["mean"]
    one = np.array([accuracy.naive_scale(p, 12) for p in past])
    two = np.array([accuracy.naive_scale(p, 1, 2) for p in past])
    answer = {
        "mase": np.nanmean(accuracy.mase(y, mean, scale=one)),
        "smape": np.nanmean(accuracy.smape(y, mean)),
        "rmsse": np.nanmean(accuracy.rmsse(y, mean, scale=two)),
        "bias": (mean - y).sum() / y.sum(),
    }
    if "lo80" in out:
        answer["80"] = accuracy.coverage(y, out["lo80"], out["hi80"]).mean()
        answer["95"] = accuracy.coverage(y, out["lo95"], out["hi95"]).mean()
    return answer


def run(context):
    """One row per figure of the plan; peer is the bar."""
    engine = load("omni_forecast")
    folder = data_folder()
    policies = ("fast",) if context.size == "small" else ("fast", "thorough")
    rows = []
    for policy in policies:
        rows += _months(engine, folder, policy)
    rows += _drivers(engine, folder)
    rows += _lead_time(engine, "hospital", hospital(folder))
    rows += _lead_time(engine, "BRAF", braf(folder))
    return rows


def _months(engine, folder, policy):
    from omni_forecast.engine import accuracy

    rows = []
    sets = [("M3 monthly", *m3(folder), 18), ("hospital", *split(hospital(folder), 12, 12), 12)]
    if policy == "fast":
        sets.append(("BRAF", *split(braf(folder), 12, 12), 12))
    bars = {
        ("M3 monthly", "fast"): {"smape": 13.74, "mase": 0.87},
        ("M3 monthly", "thorough"): {"smape": 13.62, "mase": 0.836},
        ("hospital", "fast"): {"mase": 0.761},
        ("hospital", "thorough"): {"mase": 0.753},
        ("BRAF", "fast"): {"rmsse": 0.611, "bias": 0.10},
    }
    for name, train, test, horizon in sets:
        train = train[["unique_id", "ds", "y"]]
        result = engine.forecast(train, freq="M", horizon=horizon, policy=policy, jobs=0)
        past, out = matrices(train, test, result)
        seen = judge(accuracy, past, out)
        for measure, bar in bars[name, policy].items():
            value = abs(seen[measure]) if measure == "bias" else seen[measure]
            note = f"policy {policy}; peer: bar"
            rows.append(Row.of(f"{name} {measure}", float(value), bar, measure, note))
        if policy == "fast":
            comb = judge(accuracy, *matrices(train, test, result, "comb"))
            measure = "rmsse" if name == "BRAF" else "mase"
            note = "automatic choice; peer: always Comb"
            rows.append(Row.of(f"{name} {measure}", seen[measure], comb[measure], measure, note))
            for level in ("80", "95"):
                note = "share inside"
                if name == "BRAF":
                    note += "; lumpy items lie at zero more often than 80 %"
                target = int(level) / 100
                label = f"{name} {level} % interval"
                rows.append(Row.of(label, float(seen[level]), target, "covered", note))
    return rows


def _drivers(engine, folder):
    """Three origins x 8 weeks, series complete at the origin and over the 8 weeks."""
    frame = orange_juice(folder)
    columns = ["price", "deal", "feat"]
    wrong = {True: 0.0, False: 0.0}
    total = 0.0
    for last in (136, 144, 152):
        train = frame[frame.week <= last]
        test = frame[(frame.week > last) & (frame.week <= last + 8)]
        ends = train.groupby("unique_id").week.max()
        count = test.groupby("unique_id").size()
        keep = ends.index[ends == last].intersection(count.index[count == 8])
        train, test = train[train.unique_id.isin(keep)], test[test.unique_id.isin(keep)]
        total += test.y.sum()
        for known in (True, False):
            use = columns if known else []
            future = test[["unique_id", "ds", *use]] if known else None
            result = engine.forecast(train[["unique_id", "ds", "y", *use]], freq="W", horizon=8, future=future)
            both = test.merge(result.forecasts, on=["unique_id", "ds"])
            wrong[known] += (both["mean"] - both.y).abs().sum()
    note = "known price, deal, feature; peer: bar"
    rows = [Row.of("orange juice WAPE", wrong[True] / total, 0.446, "WAPE", note)]
    note = "peer: ours without drivers"
    rows.append(Row.of("orange juice WAPE", wrong[True] / total, wrong[False] / total, "WAPE", note))
    return rows


def _lead_time(engine, name, frame):
    """98 % quantile of three-month totals at four origins: coverage, stock above forecast."""
    covered, stock, textbook, demand, count = 0, 0.0, 0, 0.0, 0
    for cut in ORIGINS:
        train, test = split(frame, cut, LEAD)
        result = engine.forecast(train, freq="M", horizon=12, lead_time=LEAD, service=0.98)
        total = test.groupby("unique_id").y.sum()
        quantile = result.lead_time.set_index("unique_id")["quantile"].loc[total.index]
        mean = result.forecasts.groupby("unique_id").head(LEAD)
        mean = mean.groupby("unique_id")["mean"].sum().loc[total.index]
        covered += int((total <= quantile + 1e-9).sum())
        usual = mean + 2.0537 * np.sqrt(LEAD) * train.groupby("unique_id").y.std()
        textbook += int((total <= usual).sum())
        stock += float((quantile - mean).sum())
        demand += float(total.sum())
        count += len(total)
    note = "share of 98 % quantiles kept, 4 origins; peer: mean + z·σ·√L"
    rows = [Row.of(f"{name} lead time", covered / count, textbook / count, "covered", note)]
    note = "safety stock as share of lead-time demand"
    rows.append(Row.of(f"{name} lead time", stock / demand, None, "stock", note))
    return rows


if __name__ == "__main__":
    import sys

    from bench.harness import Context, table

    chosen = sys.argv[1] if len(sys.argv) > 1 else "small"
    print(table([("forecast_accuracy", row) for row in run(Context(chosen, 20260201))]))
