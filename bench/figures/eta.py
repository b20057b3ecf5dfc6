# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Delivery dates of crm_logistics_bridge: speed of the fit, kept promises, error of the expectation.

Two sets of lanes. *Generated*: five Korean warehouses, four carriers, seventeen regions, weekday
load, Korean public holidays. *Online Retail*: the orders (time, country, size) of that data set,
the whole of it where OMNI_SHARED_DATA names the folder that holds it, else orders drawn from the
repository's extract. Neither source says when goods arrived; arrivals are drawn, with numpy's own
business-day arithmetic and not with the engine's clock: handling that grows with the order, a
cut-off, transit by carrier and distance, a few parcels that go astray.

Held out are the newest fifth of the orders; the fit sees only what had arrived before the first
of them was placed. Peers: the plain mean of the order's warehouse, and the date that Odoo puts on
a delivery (order date plus the article's customer lead time: here the best whole number of days).
"""

import datetime
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bench.harness import ROOT, Context, Row
from suite.engines import load

TITLE = "expected and promised delivery dates, against the warehouse mean and Odoo's scheduled date"
MOVES = 1_000_000
ORDERS = 60_000
CUTOFF = 15.0


def orders_generated(count: int, seed: int) -> tuple[pd.DataFrame, str]:
    """Orders of a Korean distributor over two years."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 730, count)
    hour = np.clip(rng.normal(13.5, 3.5, count), 0, 23.9)
    frame = pd.DataFrame(
        {
            "start": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(days, "D")
            + pd.to_timedelta((hour * 3600).round(), "s"),
            "warehouse": rng.choice([1, 2, 3, 4, 5], count, p=[0.4, 0.25, 0.2, 0.1, 0.05]),
            "carrier": rng.choice([0, 1, 2, 3], count, p=[0.05, 0.55, 0.3, 0.1]),
            "region": rng.integers(0, 17, count),
            "lines": 1 + rng.poisson(3, count),
        }
    )
    frame["distance"] = np.abs(frame["region"] - 3 * frame["warehouse"]) / 8
    frame["region"] = "KR-" + frame["region"].astype(str).str.zfill(2)
    return frame, "KR"


def orders_online_retail(count: int, seed: int) -> tuple[pd.DataFrame, str]:
    """Orders of the data set: its times, countries and sizes."""
    folder = os.environ.get("OMNI_SHARED_DATA", "")
    path = Path(folder) / "online_retail" / "online_retail.csv.gz"
    whole = bool(folder) and path.exists()
    if not whole:
        path = ROOT / "data" / "online_retail" / "online_retail_extract.csv.gz"
    rows = pd.read_csv(path, usecols=["InvoiceNo", "Quantity", "InvoiceDate", "Country"], dtype=str)
    rows = rows[~rows["InvoiceNo"].str.startswith("C")]
    frame = rows.groupby("InvoiceNo").agg(
        start=("InvoiceDate", "first"), country=("Country", "first"), lines=("Quantity", "size")
    )
    frame["start"] = pd.to_datetime(frame["start"])
    rng = np.random.default_rng(seed)
    if not whole:
        frame = frame.sample(count, replace=True, random_state=seed)
        shift = 7 * rng.integers(-26, 27, len(frame))
        frame["start"] += pd.to_timedelta(shift, "D")
        frame["start"] += pd.to_timedelta(rng.integers(0, 1800, len(frame)), "s")
    near = {"United Kingdom": 0.2, "EIRE": 0.6, "Germany": 1.2, "France": 1.0, "Belgium": 1.0}
    frame["distance"] = [near.get(name, 1.5 + (len(name) % 5) * 0.5) for name in frame["country"]]
    frame["warehouse"] = 1
    frame["carrier"] = np.where(frame["country"] == "United Kingdom", 1, 2)
    frame["region"] = frame["country"]
    return frame.reset_index(drop=True), "GB"


def arrivals(frame: pd.DataFrame, country: str, seed: int) -> pd.DataFrame:
    """Draw when each order arrives: by numpy's business days, Monday to Saturday."""
    import holidays

    rng = np.random.default_rng(seed + 1)
    count = len(frame)
    years = range(frame["start"].min().year - 1, frame["start"].max().year + 2)
    closed = np.array(sorted(holidays.country_holidays(country, years=years)), dtype="datetime64[D]")
    day = frame["start"].dt.normalize().to_numpy().astype("datetime64[D]")
    late = (frame["start"].dt.hour >= CUTOFF).to_numpy()
    monday = (frame["start"].dt.weekday == 0).to_numpy()
    handling = rng.gamma(2.0, 0.25 + 0.02 * frame["lines"].clip(upper=40)) + 0.5 * monday
    speed = np.array([1.6, 0.9, 1.3, 0.5])[frame["carrier"]]
    transit = rng.gamma(4.0, (0.4 + frame["distance"]) * speed / 4)
    astray = rng.random(count) < 0.03
    total = handling + transit + astray * rng.uniform(2, 9, count) + late
    done = np.busday_offset(day, np.floor(total).astype(int), roll="forward", weekmask="1111110", holidays=closed)
    hours = 9 + 9 * rng.random(count)
    # Nothing arrives before it has been ordered.
    arrived = pd.Series(pd.to_datetime(done)) + pd.to_timedelta((hours * 3600).round(), "s")
    earliest = frame["start"].reset_index(drop=True) + pd.Timedelta(4, "h")
    return frame.reset_index(drop=True).assign(done=arrived.where(arrived > earliest, earliest))


def history_of(frame: pd.DataFrame, engine, ticker) -> pd.DataFrame:
    """The deliveries as engine.eta wants them, lead times in open days."""
    start = ticker.to_open(engine.eta.effective_start(frame["start"], CUTOFF))
    return frame.assign(
        stage="order",
        weekday=ticker.from_open(start).dt.weekday,
        open_start=start,
        lead=(ticker.to_open(frame["done"]) - start).clip(lower=0),
    )


def judged(name: str, frame: pd.DataFrame, country: str, engine) -> list[Row]:
    """Kept promises and error of the expectation on held-out orders."""
    frame = frame.sort_values("start").reset_index(drop=True)
    first = frame["start"].iloc[int(len(frame) * 0.8)]
    old, new = frame[(frame["start"] < first) & (frame["done"] < first)], frame[frame["start"] >= first]
    weekdays = engine.clock.closed_weekdays(old["done"])
    years = range(frame["start"].min().year - 1, frame["done"].max().year + 2)
    closed = engine.clock.holiday_dates(country, years)
    ticker = engine.clock.Clock(frame["start"].min(), frame["done"].max(), closed, weekdays)
    lanes = engine.eta.fit(history_of(old, engine, ticker))
    queries = history_of(new, engine, ticker).assign(elapsed=0.0)
    given = engine.eta.predict(lanes, queries)

    def days(dates):
        return (dates - new["start"]).dt.total_seconds() / 86400

    actual = days(new["done"])
    expected = days(ticker.from_open(queries["open_start"] + given["expected"]))
    promise = ticker.from_open(queries["open_start"] + given["promise"])
    kept = 100 * float((new["done"] <= promise + pd.Timedelta(1, "s")).mean())
    lead = (old["done"] - old["start"]).dt.total_seconds() / 86400
    mean = new["warehouse"].map(lead.groupby(old["warehouse"]).mean()).fillna(lead.mean())
    best = min(range(0, 31), key=lambda whole: float((lead - whole).abs().mean()))
    error = float((actual - expected).abs().mean())
    note = f"{len(old):,} learned from, {len(new):,} held out"
    return [
        Row(f"{name}: promises kept (p90)", kept, None, None, "%", f"bar: 87 to 93; {note}"),
        Row.of(
            f"{name}: error of the expectation (p50)",
            error,
            float((actual - mean).abs().mean()),
            "days",
            "mean absolute; peer: mean of the warehouse",
        ),
        Row.of(
            f"{name}: error of the expectation (p50)",
            error,
            float((actual - best).abs().mean()),
            "days",
            f"mean absolute; peer: Odoo's scheduled date, lead time {best} days",
        ),
    ]


def run(context: Context) -> list[Row]:
    """Seconds of the fit on a million deliveries, then both sets of lanes."""
    engine = load("crm_logistics_bridge")
    frame, country = orders_generated(MOVES, context.seed)
    frame = arrivals(frame, country, context.seed)
    years = range(2023, 2028)
    ticker = engine.clock.Clock(
        datetime.date(2024, 1, 1), frame["done"].max(), engine.clock.holiday_dates(country, years), [6]
    )
    began = time.perf_counter()
    history = history_of(frame, engine, ticker)
    lanes = engine.eta.fit(history)
    seconds = time.perf_counter() - began
    rows = [Row("fit on 1,000,000 deliveries", seconds, None, None, "s", f"bar: 15; {len(lanes):,} lanes, holidays KR")]
    frame, country = orders_generated(ORDERS, context.seed + 7)
    rows += judged("generated lanes", arrivals(frame, country, context.seed + 7), country, engine)
    frame, country = orders_online_retail(20_000, context.seed)
    rows += judged("Online Retail lanes", arrivals(frame, country, context.seed), country, engine)
    return rows
