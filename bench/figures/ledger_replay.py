# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock, waste and stock-outs under booked demand, beside min/max and par refill.

Two-year weekly ledgers with their schedule (bench/ledgers.py). With OMNI_SHARED_DATA naming the folder that
holds expsmooth/hospital.csv.gz the sites follow real monthly patient counts, else generated ones.
"""

import os
import time
from pathlib import Path

import pandas as pd

from bench import ledgers
from bench.harness import Row
from suite.engines import load

TITLE = "two years of a ledger lived through again: booked demand against min/max and par refill"
SITES = {"small": (2, 40), "medium": (6, 100), "large": (12, 200)}
TARGET = 0.99


def counts():
    """(n, months) real patient counts, and what to call them; None without the file."""
    path = Path(os.environ.get("OMNI_SHARED_DATA", ""), "expsmooth", "hospital.csv.gz")
    if not path.is_file():
        return None, "generated patient counts"
    rows = pd.read_csv(path)
    wide = rows.pivot_table(index="unique_id", columns="ds", values="y").to_numpy()
    return wide[wide.mean(1) > 20], "real patient counts (hospital)"


def run(context):
    """Rows per policy and class at a fill rate of 99 %, and at the policy's own stock."""
    replay = load("medical_supply_crm", "engine.replay")
    patients, source = counts()
    ledger, bookings = ledgers.make(*SITES[context.size], seed=context.seed, counts=patients)
    began = time.perf_counter()
    ledger = replay.read_ledger(ledger)
    schedule = replay.read_schedule(bookings, ledger)
    result = replay.compare(ledger, schedule, lead_days=7, review_days=7, target=TARGET)
    seconds = time.perf_counter() - began
    blind = replay.compare(ledger, None, lead_days=7, review_days=7, target=TARGET)
    size = f"{len(ledger.series)} series × {len(ledger.periods)} weeks, {source}"
    fill = result.equal_fill.set_index(["abc", "policy"])
    stock = result.equal_stock.set_index(["abc", "policy"])
    without = blind.equal_fill.set_index(["abc", "policy"])
    out = []
    for abc in ("A", "all"):
        ours = fill.loc[abc, "booked"]
        for peer in ("minmax", "par"):
            theirs, same = fill.loc[abc, peer], stock.loc[abc, peer]
            name = f"class {abc}, fill rate {TARGET:.0%}, against {peer}"
            out += [
                Row.of(f"stock value: {name}", ours["stock_value"], theirs["stock_value"], "money", size),
                Row.of(f"expired value: {name}", ours["waste_value"], theirs["waste_value"], "money"),
                Row.of(
                    f"periods short at its stock: class {abc}, against {peer}",
                    100 * same["booked_stockout_share"],
                    100 * same["stockout_share"],
                    "%",
                ),
            ]
    both = without.loc["all", "booked"]["stock_value"], without.loc["all", "minmax"]["stock_value"]
    out.append(Row.of("stock value without the schedule, class all, against minmax", *both, "money"))
    out.append(Row.of("time for three policies × 12 settings", seconds, None, "s", size))
    return out
