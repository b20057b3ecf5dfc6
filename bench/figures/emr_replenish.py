# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The replenishment run from records to proposals, its engine, and their peers.

In Odoo: bench/hospitals.py fills a database by set-based SQL, runs the replenishment twice and Odoo's own
reorder rules on a part of the same lines. Without Odoo: the engine next to a plain loop over lines.
"""

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from bench.harness import Row
from suite.engines import load

TITLE = "replenishment end to end in Odoo against reorder rules; its engine against a loop with scipy"
NEEDS_DATABASE = True
HOSPITALS = Path(__file__).resolve().parents[1] / "hospitals.py"
#: What bench/hospitals.py makes: 200 products in each storeroom, three lots a line.
STOREROOMS = {"small": (50, 2_000), "medium": (500, 20_000), "large": (1_500, 60_000)}
RULES = {"small": 200, "medium": 500, "large": 1_000}
LINES = {"small": 10_000, "medium": 100_000, "large": 300_000}
TODAY = pd.Timestamp("2026-01-05")


def tables(lines, seed):
    """(stock, bookings, kit_lines, lots, incoming): 5 lines a booked event, 3 lots a line."""
    rng = np.random.default_rng(seed)
    products = 200
    stores, events, kits = lines // products, lines // 5, 200
    stock = pd.DataFrame(
        {
            "line_id": np.arange(lines),
            "storeroom_id": np.arange(lines) // products,
            "product_id": np.arange(lines) % products,
            "par_min": rng.integers(0, 5, lines),
            "par_max": rng.choice([0, 50, 200], lines),
            "review_days": 7,
            "lead_days": rng.integers(1, 8, lines),
            "service_level": rng.choice([0.95, 0.98, 0.999], lines),
            "pack_size": rng.choice([1, 5, 10], lines),
            "min_order": 0,
            "unit_cost": rng.gamma(2, 10, lines),
            "base_rate": rng.gamma(0.5, 0.5, lines),
            "base_dispersion": rng.choice([1, 1.5, 3], lines),
            "shelf_life_days": rng.choice([np.nan, 30, 180, 365], lines),
        }
    )
    bookings = pd.DataFrame(
        {
            "event_id": np.arange(events),
            "storeroom_id": rng.integers(0, stores, events),
            "kit_id": rng.integers(0, kits, events),
            "date": TODAY + pd.to_timedelta(rng.integers(0, 21, events), unit="D"),
            "show_probability": rng.choice([0.85, 0.95, 1], events),
        }
    )
    kit_lines = pd.DataFrame(
        {
            "kit_id": np.repeat(np.arange(kits), 12),
            "product_id": rng.integers(0, products, kits * 12),
            "quantity": rng.choice([1, 1, 1, 2, 4, 10, 20], kits * 12),
            "probability": rng.choice([1, 1, 0.3, 0.1, 0.6], kits * 12),
        }
    )
    lots = pd.DataFrame(
        {
            "line_id": rng.integers(0, lines, lines * 3),
            "lot_id": np.arange(lines * 3),
            "quantity": rng.integers(1, 20, lines * 3),
            "expiry": TODAY + pd.to_timedelta(rng.integers(-5, 700, lines * 3), unit="D"),
        }
    )
    incoming = pd.DataFrame(
        {
            "line_id": rng.integers(0, lines, lines // 5),
            "date": TODAY + pd.to_timedelta(rng.integers(0, 20, lines // 5), unit="D"),
            "quantity": rng.integers(1, 20, lines // 5),
        }
    )
    return stock, bookings, kit_lines, lots, incoming


def run(context):
    """Rows of the run in Odoo, then of the engine alone."""
    return [*in_odoo(context), *engine_alone(context)]


def in_odoo(context):
    """Seconds from records to proposals, against Odoo's scheduler in the same database."""
    rooms, events = STOREROOMS[context.size]
    parameters = {
        "rooms": rooms, "products": 200, "events": events, "lots_per_line": 3,
        "rules": RULES[context.size], "seed": context.seed,
    }  # fmt: skip
    databases = context.database.databases
    with databases.temporary(context.database.name, "hospitals") as name:
        code = f"PARAMETERS = {parameters!r}\n{HOSPITALS.read_text(encoding='utf-8')}"
        got = json.loads(databases.shell(name, code).strip().splitlines()[-1])
    note = f"{got['lines']} lines, {events} events, {got['lots']} lots; {got['ordered']} lines ordered"
    ours, peer = got["lines"] / got["seconds"], got["rules"] / got["peer"]
    return [
        Row.of("run in Odoo, from records to proposals", got["seconds"], None, "s", note),
        Row.of("of it in the engine", got["engine"], got["seconds"], "s"),
        Row.of("lines per second, against Odoo's reorder rules", ours, peer, "lines/s", f"peer: {got['rules']} rules"),
        Row.of("run again without news", got["second"], got["seconds"], "s"),
        Row.of("rows that the second run changed", float(got["changed"]), None, "", "0: none"),
    ]


def engine_alone(context):
    """Lines per second, and how exact the levels of a sample of lines are."""
    engine = load("medical_supply_crm", "engine")
    count = LINES[context.size]
    stock, bookings, kit_lines, lots, incoming = data = tables(count, context.seed)
    began = time.perf_counter()
    plan = engine.replenish(*data, today=TODAY)
    seconds = time.perf_counter() - began

    chosen = stock.sample(min(count, 300), random_state=context.seed)
    free = engine.Options(respect_par_max=False)
    bare = stock.assign(par_min=0, shelf_life_days=np.nan)
    levels = engine.replenish(bare, *data[1:], today=TODAY, options=free).lines
    needs = bookings.merge(kit_lines, on="kit_id")
    needs = dict(tuple(needs.groupby(["storeroom_id", "product_id"])))
    began = time.perf_counter()
    plain = [_level(line, needs.get((line.storeroom_id, line.product_id))) for line in chosen.itertuples()]
    peer = time.perf_counter() - began
    same = (levels.loc[chosen.index, "order_up_to"].to_numpy() == plain).mean()
    note = f"{count} lines, {len(bookings)} events, {len(lots)} lots in {seconds:.1f} s; peer: loop, levels only"
    return [
        Row.of("lines planned", count / seconds, len(chosen) / peer, "lines/s", note),
        Row.of("levels equal to the loop's", 100 * same, 100, "%", f"{len(chosen)} lines"),
        Row.of("lines with exact distribution", 100 * plan.lines["exact"].mean(), None, "%"),
    ]


def _level(line, needs):
    """Quantile of one line by adding event after event."""
    span = line.review_days + line.lead_days
    mean, spread = line.base_rate * span, line.base_dispersion
    size = 4096
    grid = np.arange(size)
    if spread > 1:
        chance = stats.nbinom.pmf(grid, mean / (spread - 1), 1 / spread)
    else:
        chance = stats.poisson.pmf(grid, mean)
    if needs is not None:
        ahead = needs[(needs["date"] - TODAY).dt.days < span]
        for _event, uses in ahead.groupby("event_id"):
            show = uses["show_probability"].iloc[0]
            used = np.zeros(int(uses["quantity"].sum()) + 1)
            used[0] = 1
            for quantity, p in zip(uses["quantity"], uses["probability"], strict=True):
                used = (1 - p) * used + p * np.r_[np.zeros(quantity), used[:-quantity]]
            used *= show
            used[0] += 1 - show
            chance = np.convolve(chance, used)[:size]
    return float(np.argmax(np.cumsum(chance) >= line.service_level - 1e-11))
