# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Do order-up-to levels keep what they promise? Simulated demand against the engine's levels.

Lines of three families, each with its own bookings and rates. Demand of each is drawn period after period
from the process itself (cases that take place or not, kit lines used or not, walk-in use), never from the
distribution that the engine computes.
"""

import numpy as np

from bench.harness import Row
from suite.engines import load

TITLE = "share of simulated periods in which demand stays within the order-up-to level"
LINES = {"small": 40, "medium": 100, "large": 200}
PERIODS = {"small": 20_000, "medium": 40_000, "large": 100_000}
LEVELS = (0.9, 0.95, 0.98, 0.99, 0.999)


def poisson_binomial(rng):
    """Many single units: events 400 to 900, one unit each, each with chances of its own."""
    events = rng.integers(400, 900)
    lines = [(event, 1.0, chance) for event, chance in enumerate(rng.uniform(0.2, 0.95, events))]
    return lines, rng.uniform(0.7, 1, events), 0.0, 1.0


def compound(rng):
    """Cases that use several kit lines of several units, or do not take place at all."""
    events = rng.integers(100, 250)
    lines = []
    for event in range(events):
        for quantity in rng.choice([1, 2, 3], rng.integers(1, 4)):
            lines.append((event, float(quantity), rng.choice([1, 0.9, 0.6, 0.3])))
    return lines, rng.uniform(0.75, 1, events), rng.uniform(5, 20), 1.0


def over_dispersed(rng):
    """A few bookings and walk-in use whose variance is 1.5 to 6 times its mean."""
    events = rng.integers(5, 40)
    lines = [(event, 1.0, 0.8) for event in range(events)]
    return lines, np.full(events, 0.95), rng.uniform(100, 400), rng.uniform(1.5, 6)


def small(rng):
    """The demand of most lines: a handful of units, where a level can only jump."""
    events = rng.integers(1, 12)
    lines = [(event, float(rng.choice([1, 1, 2])), rng.uniform(0.1, 1)) for event in range(events)]
    return lines, np.full(events, 0.9), rng.uniform(0, 2), rng.choice([1.0, 2.0])


FAMILIES = {
    "Poisson-binomial": poisson_binomial, "compound": compound, "over-dispersed": over_dispersed,
}  # fmt: skip


def simulate(rng, lines, show, mean, dispersion, periods):
    """Demand of `periods` periods, drawn event after event."""
    total = np.zeros(periods)
    shown = {}
    for event, quantity, chance in lines:
        if event not in shown:
            shown = {event: rng.random(periods) < show[event]}
        total += quantity * (shown[event] & (rng.random(periods) < chance))
    if mean:
        if dispersion > 1:
            total += rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, periods)
        else:
            total += rng.poisson(mean, periods)
    return total


def levels_of(engine, lines, show, mean, dispersion):
    """The engine's quantile for every service level."""
    count = len(LEVELS)
    one = np.array([(event, quantity, chance) for event, quantity, chance in lines])
    terms = engine.Terms(
        np.repeat(np.arange(count), len(one)),
        np.tile(one[:, 0].astype(int), count),
        np.tile(one[:, 1], count),
        np.tile(one[:, 2], count),
        np.tile(show[one[:, 0].astype(int)], count),
    )
    found = engine.levels(terms, np.full(count, mean), np.full(count, dispersion), np.array(LEVELS))
    return found.quantile


def newsvendor(engine, demand, rng):
    """Lines whose capped level equals the one found by trying every level, share in percent."""
    count = 300
    mean, dispersion = rng.uniform(0.2, 30, count), rng.choice([1.0, 1.0, 2.5], count)
    life = mean * rng.uniform(0.2, 3, count)
    cost = np.ones(count)
    shortage = rng.uniform(0.5, 50, count)
    service = rng.choice([0.95, 0.99, 0.999], count)
    empty = np.zeros(0)
    none = engine.Terms(empty.astype(int), empty.astype(int), empty, empty, empty)
    perishable = demand.Perishable(np.ones(count, bool), shortage, cost, life, dispersion)
    found = engine.levels(none, mean, dispersion, service, perishable)
    ours = np.minimum(found.quantile, found.cap)
    best = np.zeros(count)
    for line in range(count):
        level = np.arange(1, int(found.quantile[line]) + 1)
        if len(level):
            same = (np.full(len(level), value[line]) for value in (mean, dispersion))
            reach = 1 - demand.unbooked_below(level.astype(float), *same)
            same = (np.full(len(level), value[line]) for value in (life, dispersion))
            waste = demand.unbooked_below(level.astype(float), *same)
            good = shortage[line] * reach >= cost[line] * waste
            best[line] = level[good].max(initial=0)
    return 100 * (ours == best).mean()


def run(context):
    """Rows per family and level: share within the level, and the worst line."""
    engine = load("medical_supply_crm", "engine")
    from medical_supply_crm.engine import demand

    rng = np.random.default_rng(context.seed)
    count, periods = LINES[context.size], PERIODS[context.size]
    out = []
    for name, make in FAMILIES.items():
        shares = np.empty((count, len(LEVELS)))
        for line in range(count):
            told = make(rng)
            drawn = simulate(rng, *told, periods)
            shares[line] = (drawn[:, None] <= levels_of(engine, *told)[None]).mean(0)
        for place, level in enumerate(LEVELS):
            off = 100 * (shares[:, place] - level)
            note = (
                f"{count} lines × {periods} periods; off by {off.mean():+.2f} points, worst line {abs(off).max():.2f}"
            )
            out.append(Row.of(f"{name}, level {level:.1%}", 100 * shares[:, place].mean(), 100 * level, "%", note))
    least = np.empty((count, len(LEVELS)))
    for line in range(count):
        told = small(rng)
        quantile = levels_of(engine, *told)
        drawn = simulate(rng, *told, periods)
        step = (drawn[:, None] <= quantile[None] - 1).mean(0)
        enough = (drawn[:, None] <= quantile[None]).mean(0)
        slack = 3 * np.sqrt(np.array(LEVELS) * (1 - np.array(LEVELS)) / periods)
        least[line] = (enough >= np.array(LEVELS) - slack) & ((quantile == 0) | (step < np.array(LEVELS) + slack))
    note = "a handful of units: the level is the smallest that keeps the promise"
    out.append(Row.of("small demand: smallest level that keeps it", 100 * least.mean(), 100, "%", note))
    share = newsvendor(engine, demand, rng)
    out.append(Row.of("newsvendor cap equal to trying every level", share, 100, "%", "300 perishable lines"))
    return out
