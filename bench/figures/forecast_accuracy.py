# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every accuracy figure of the forecast engine in one report, on real series kept apart.

    OMNI_SHARED_DATA=... bench/run forecast_accuracy                  fast policy; peers on a sample
    OMNI_SHARED_DATA=... bench/run forecast_accuracy --size medium    thorough as well (20 minutes)
    OMNI_SHARED_DATA=... bench/run forecast_accuracy --size large     peers on every series

Nothing is tuned on the test parts and nothing is drawn at random. Where the peer is a bar of the
plan the note says whether it is kept. The last part shows two traps: picking each series' own
champion, and judging intermittent demand by the absolute error.
"""

import contextlib
import warnings

import numpy as np

from bench.harness import Row
from suite.engines import load

from . import _forecast_sets as sets

TITLE = "forecast accuracy on held-out real series: bars of the plan, peers, intervals, traps"
LEAD = 3
ORIGINS = (12, 9, 6, 3)
BARS = {
    ("M3 monthly", "fast"): {"sMAPE": 13.74, "MASE": 0.87},
    ("M3 monthly", "thorough"): {"sMAPE": 13.62, "MASE": 0.836},
    ("hospital", "fast"): {"MASE": 0.761},
    ("hospital", "thorough"): {"MASE": 0.753},
    ("BRAF", "fast"): {"RMSSE": 0.611, "bias": 0.10},
}
MEASURE = {"M3 monthly": "MASE", "hospital": "MASE", "BRAF": "RMSSE", "orange juice": "WAPE"}


def run(context):
    """Rows: bars, automatic choice against Comb, peers, intervals, lead time, traps."""
    engine = load("omni_forecast")
    folder = sets.data_folder()
    months = {
        "M3 monthly": (*sets.m3(folder), 18),
        "hospital": (*sets.split(sets.hospital(folder), 12, 12), 12),
        "BRAF": (*sets.split(sets.braf(folder), 12, 12), 12),
    }
    months = {name: (train[["unique_id", "ds", "y"]], test, horizon) for name, (train, test, horizon) in months.items()}
    rows, results = [], {}
    for name, (train, test, horizon) in months.items():
        results[name] = engine.forecast(train, freq="M", horizon=horizon)
        rows += _bars(name, "fast", results[name], train, test)
    if context.size != "small":
        for name in ("M3 monthly", "hospital"):
            train, test, horizon = months[name]
            result = engine.forecast(train, freq="M", horizon=horizon, policy="thorough", jobs=0)
            rows += _bars(name, "thorough", result, train, test)
    rows += _drivers(engine, folder)
    rows += _retail(engine, *sets.retail_weeks(folder))
    for name in ("M3 monthly", "hospital"):
        rows += _peers(name, results[name], *months[name], 1 if context.size == "large" else 24)
    for name, frame in (("hospital", sets.hospital(folder)), ("BRAF", sets.braf(folder))):
        rows += _lead_time(engine, name, frame)
    for name in ("hospital", "M3 monthly"):
        rows += _champion_trap(name, results[name], *months[name][:2])
    return rows + _zero_trap(results["BRAF"], *months["BRAF"][:2])


def _against(name, value, bar, measure, note):
    kept = "kept" if abs(value) <= bar else "MISSED"
    return Row.of(f"{name} {measure}", value, bar, measure, f"{note}; bar {kept}")


def _bars(name, policy, result, train, test):
    """The bars of the plan, the automatic choice beside Comb, and the intervals."""
    from omni_forecast.engine import accuracy

    past, y = sets.past_of(train), sets.actual_of(test)
    label = f"{name} ({len(past):,} series)"
    seen = sets.judge(accuracy, past, y, sets.matrix(result.forecasts, test))
    rows = [
        _against(label, seen[measure], bar, measure, f"policy {policy}") for measure, bar in BARS[name, policy].items()
    ]
    comb = result.by_model[result.by_model.model == "comb"]
    comb = sets.judge(accuracy, past, y, sets.matrix(comb, test))
    measure = MEASURE[name]
    note = f"automatic choice ({policy}); peer: always Comb"
    rows.append(Row.of(f"{label} {measure}", seen[measure], comb[measure], measure, note))
    return rows + _intervals(label, policy, sets.coverages(result, test, y))


def _intervals(label, policy, seen):
    rows = []
    for level, value in seen.items():
        kept = "kept" if abs(value - level / 100) <= 0.03 else "MISSED"
        note = f"share inside ({policy}); peer: promise; ±3 points {kept}"
        rows.append(Row.of(f"{label} {level} % interval", value, level / 100, "covered", note))
    return rows


def _drivers(engine, folder):
    """Orange juice at three origins, with the known price, deal and feature and without."""
    wrong, total, inside, count = {"drivers": 0.0, "none": 0.0, "comb": 0.0}, 0.0, {80: 0.0, 95: 0.0}, 0
    for train, test in sets.orange_juice_origins(folder):
        y = sets.actual_of(test)
        total += y.sum()
        for known in (True, False):
            use = sets.DRIVERS if known else []
            future = test[["unique_id", "ds", *use]] if known else None
            result = engine.forecast(train[["unique_id", "ds", "y", *use]], freq="W", horizon=sets.WEEKS, future=future)
            mean = sets.matrix(result.forecasts, test)
            wrong["drivers" if known else "none"] += np.abs(mean - y).sum()
            if known:
                comb = sets.matrix(result.by_model[result.by_model.model == "comb"], test)
                wrong["comb"] += np.abs(comb - y).sum()
                for level, value in sets.coverages(result, test, y).items():
                    inside[level] += value * len(y)
                count += len(y)
    ours = float(wrong["drivers"] / total)
    label = "orange juice (3 origins)"
    rows = [_against(label, ours, 0.446, "WAPE", "known price, deal, feature")]
    note = "automatic choice; peer: always Comb"
    rows.append(Row.of(f"{label} WAPE", ours, float(wrong["comb"] / total), "WAPE", note))
    note = "peer: ours without drivers"
    rows.append(Row.of(f"{label} WAPE", ours, float(wrong["none"] / total), "WAPE", note))
    return rows + _intervals(label, "fast", {level: value / count for level, value in inside.items()})


def _retail(engine, train, test):
    """Weeks of an online shop: the automatic choice beside Comb, the intervals."""
    from omni_forecast.engine import accuracy

    result = engine.forecast(train, freq="W", horizon=4)
    past, y = sets.past_of(train), sets.actual_of(test)
    label = f"online retail, weeks ({len(past):,} series)"
    comb = result.by_model[result.by_model.model == "comb"]
    seen, base = (
        sets.judge(accuracy, past, y, sets.matrix(table, test))["RMSSE"] for table in (result.forecasts, comb)
    )
    note = "automatic choice (fast); peer: always Comb"
    rows = [Row.of(f"{label} RMSSE", seen, base, "RMSSE", note)]
    return rows + _intervals(label, "fast", sets.coverages(result, test, y))


# -- peers ------------------------------------------------------------------------------


def _peers(name, result, train, test, horizon, every):
    """Ours and the peers on the same series: naive, statsmodels, statsforecast."""
    from omni_forecast.engine import accuracy

    some, held = sets.sample(train, test, every)
    past, y = sets.past_of(some), sets.actual_of(held)
    ours = sets.judge(accuracy, past, y, sets.matrix(result.forecasts, held))["MASE"]
    peers = {"seasonal naive": _naive, "statsmodels Holt-Winters": _holt_winters, "statsforecast DOT": _dot}
    rows = []
    for peer, fit in peers.items():
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            mean = np.array([fit(p, horizon) for p in past])
        value = sets.judge(accuracy, past, y, mean)["MASE"]
        note = f"{len(past)} series, policy fast; peer: {peer}"
        rows.append(Row.of(f"{name} MASE", ours, value, "MASE", note))
    return rows


def _naive(past, horizon):
    return past[-12:][np.arange(horizon) % 12]


def _holt_winters(past, horizon):
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    model = ExponentialSmoothing(past, trend="add", seasonal="add", seasonal_periods=12)
    return model.fit().forecast(horizon)


def _dot(past, horizon):
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=12).forecast(y=past, h=horizon)["mean"]


# -- lead time ----------------------------------------------------------------------------


@contextlib.contextmanager
def _plain_pool():
    """The quantile by one pool of errors over the one-step error, and nothing more."""
    from omni_forecast.engine import leadtime

    kept = leadtime.OWN, leadtime.QUARTERS
    leadtime.OWN, leadtime.QUARTERS = 1e12, 1
    try:
        yield
    finally:
        leadtime.OWN, leadtime.QUARTERS = kept


def _lead_time(engine, name, frame):
    """98 % quantile of three-month totals at four origins: coverage, stock above forecast."""
    kinds = ("ours", "pooled conformal", "mean + z·σ·√L, σ of errors", "mean + z·σ·√L, σ of demand")
    kept, stock = dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0.0)
    demand, count = 0.0, 0
    options = {"freq": "M", "horizon": 12, "lead_time": LEAD, "service": 0.98}
    for cut in ORIGINS:
        train, test = sets.split(frame, cut, LEAD)
        result = engine.forecast(train, **options)
        with _plain_pool():
            pooled = engine.forecast(train, **options).lead_time
        total = test.groupby("unique_id").y.sum()
        mean = result.forecasts.groupby("unique_id").head(LEAD)
        mean = mean.groupby("unique_id")["mean"].sum().loc[total.index]
        spread = train.groupby("unique_id").y.std().loc[total.index]
        by_id = {"ours": result.lead_time, "pooled conformal": pooled}
        levels = {kind: table.set_index("unique_id")["quantile"].loc[total.index] for kind, table in by_id.items()}
        levels[kinds[2]] = result.promise.set_index("unique_id")["textbook"].loc[total.index]
        levels[kinds[3]] = mean + 2.0537 * np.sqrt(LEAD) * spread
        for kind, level in levels.items():
            kept[kind] += int((total <= level + 1e-9).sum())
            stock[kind] += float((level - mean).sum())
        demand += float(total.sum())
        count += len(total)
    label = f"{name} 98 % of {LEAD}-month totals"
    ours, pooled = kept["ours"] / count, stock["pooled conformal"] / demand
    inside = "kept" if 0.97 <= ours <= 0.995 else "MISSED"
    rows = [
        Row.of(label, ours, kept[kind] / count, "covered", f"peer: {kind}; 97.0–99.5 {inside}") for kind in kinds[1:]
    ]
    for kind in kinds[1:]:
        note = f"safety stock as share of lead-time demand; peer: {kind}"
        if kind == kinds[1]:
            note += "; less stock " + ("kept" if stock["ours"] / demand < pooled else "MISSED")
        rows.append(Row.of(label, stock["ours"] / demand, stock[kind] / demand, "stock", note))
    return rows


# -- traps --------------------------------------------------------------------------------

PICKED = ("ses", "damped", "theta", "dynamic_theta", "holt_winters", "comb")


def _champion_trap(name, result, train, test):
    """Each series' own backtest winner instead of the combination."""
    from omni_forecast.engine import accuracy

    past, y = sets.past_of(train), sets.actual_of(test)
    ours = sets.judge(accuracy, past, y, sets.matrix(result.forecasts, test))["MASE"]
    scores = result.scores[result.scores.model.isin(PICKED)]
    table = scores.pivot(index="unique_id", columns="model", values="mase")[list(PICKED)]
    best = np.argmin(table.fillna(np.inf).to_numpy(), axis=1)
    means = np.stack([sets.matrix(result.by_model[result.by_model.model == model], test) for model in PICKED])
    picked = sets.judge(accuracy, past, y, means[best, np.arange(len(best))])["MASE"]
    note = "trap: peer picks each series' champion by its backtest"
    return [Row.of(f"{name} MASE", ours, picked, "MASE", note)]


def _zero_trap(result, train, test):
    """A forecast of nothing, by the absolute error and by what counts."""
    from omni_forecast.engine import accuracy

    past, y = sets.past_of(train), sets.actual_of(test)
    ours = sets.judge(accuracy, past, y, sets.matrix(result.forecasts, test))
    zero = sets.judge(accuracy, past, y, np.zeros_like(y))
    notes = {
        "MASE": "trap: peer forecasts zero and wins by the absolute error",
        "bias": "peer forecasts zero: its bias shows it",
    }
    rows = [Row.of(f"BRAF {measure}", ours[measure], zero[measure], measure, note) for measure, note in notes.items()]
    total, none = (np.abs(mean.sum(1) - y.sum(1)).sum() / y.sum() for mean in (_pooled(result, test), 0 * y))
    note = "error of each series' 12-month total over demand; peer forecasts zero"
    return [*rows, Row.of("BRAF total of the year", float(total), float(none), "WAPE", note)]


def _pooled(result, test):
    return sets.matrix(result.forecasts, test)


if __name__ == "__main__":
    import sys

    from bench.harness import Context, table

    chosen = sys.argv[1] if len(sys.argv) > 1 else "small"
    print(table([("forecast_accuracy", row) for row in run(Context(chosen, 20260201))]))
