# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two-year stock ledgers of hospital storerooms, with the schedule behind them.

Monthly patient counts (real series where the file is there, else Poisson counts with season and trend) are
spread over weekdays; each patient has a procedure, each procedure a kit with probabilities of use (from the
share of the real procedure mix in data/synthea), most are booked ahead, some are cancelled or do not show
up, some use is not booked at all. The ledger is what a plain min/max did with that demand.
"""

import numpy as np
import pandas as pd

WEEKS = 104
KITS = 12
LINES_PER_KIT = 8


def make(sites, products, seed=7, weeks=WEEKS, counts=None):
    """Return (ledger rows, schedule rows) as DataFrames of `medical_supply_crm`'s replay.

    :param sites, products: how many; each site keeps every product
    :param counts: (n, months ≥ 25) monthly patient counts to draw sites from, or None
    """
    rng = np.random.default_rng(seed)
    days = weeks * 7
    first = pd.Timestamp("2024-01-01")
    goods = _goods(rng, products)
    kits = _kits(rng, products)
    ledgers, schedules = [], []
    for site in range(sites):
        name = f"S{site + 1:02d}"
        patients = _patients(rng, days, None if counts is None else counts[site % len(counts)])
        schedule, used = _cases(rng, name, patients, kits, products, first)
        walk_in = rng.negative_binomial(0.6, 0.6 / (0.6 + goods["rate"].to_numpy()[:, None]), (products, days))
        daily = used + walk_in
        weekly = daily.reshape(products, weeks, 7).sum(2)
        ledgers.append(_ledger(name, weekly, goods, first))
        schedules.append(schedule)
    return pd.concat(ledgers, ignore_index=True), pd.concat(schedules, ignore_index=True)


def _goods(rng, products):
    return pd.DataFrame(
        {
            "product": [f"P{i + 1:03d}" for i in range(products)],
            "unit_cost": np.round(np.exp(rng.normal(2.5, 1.3, products)), 2),
            "pack_size": rng.choice([1, 1, 1, 5, 10], products),
            "shelf_life_days": rng.choice([60, 90, 180, 365, 730], products),
            "rate": rng.gamma(0.7, 0.12, products),
        }
    )


def _kits(rng, products):
    """Kit lines: kit, product, quantity, probability."""
    return pd.DataFrame(
        {
            "kit": np.repeat(np.arange(KITS), LINES_PER_KIT),
            "product": np.concatenate(
                [rng.choice(products, LINES_PER_KIT, replace=products < LINES_PER_KIT) for _ in range(KITS)]
            ),
            "quantity": rng.choice([1, 1, 1, 2, 4], KITS * LINES_PER_KIT),
            "probability": rng.choice([1, 1, 0.6, 0.3], KITS * LINES_PER_KIT),
        }
    )


def _patients(rng, days, counts):
    """Planned procedures per day: none at weekends, the month's count spread over its weekdays."""
    month = np.minimum(np.arange(days) // 30, 10_000)
    if counts is None:
        level = rng.uniform(25, 120)
        season = 1 + 0.2 * np.sin(2 * np.pi * (month + rng.integers(0, 12)) / 12)
        rate = level * season * (1 + 0.003 * month) / 21
    else:
        counts = counts[-(month.max() + 1) :]
        rate = counts[np.minimum(month, len(counts) - 1)] / 21
    weekday = np.arange(days) % 7 < 5
    return np.where(weekday, rng.poisson(np.maximum(rate, 0)), 0)


def _cases(rng, site, patients, kits, products, first):
    """(schedule rows, (products, days) units used by cases)."""
    day = np.repeat(np.arange(len(patients)), patients)
    count = len(day)
    mix = 1 / np.arange(1, KITS + 1)
    kit = rng.choice(KITS, count, p=mix / mix.sum())
    # most are booked 4 to 40 days ahead, one in eight is an emergency nobody booked
    booked = rng.random(count) > 0.125
    ahead = rng.integers(4, 41, count)
    cancelled = booked & (rng.random(count) < 0.08)
    shown = ~cancelled & (rng.random(count) < 0.97)
    cases = pd.DataFrame({"event": np.arange(count), "day": day, "kit": kit, "booked": booked})
    cases["known"] = day - ahead
    cases["gone"] = np.where(cancelled, day - rng.integers(0, 4, count), -1)
    cases["shown"] = shown
    lines = cases.merge(kits, on="kit")
    use = lines["shown"] & (rng.random(len(lines)) < lines["probability"])
    used = np.zeros((products, len(patients)))
    np.add.at(used, (lines["product"][use], lines["day"][use]), lines["quantity"][use])
    plan = lines[lines["booked"]]
    cancel = pd.to_datetime(np.where(plan["gone"] >= 0, plan["gone"], 0), unit="D", origin=first)
    return pd.DataFrame(
        {
            "site": site,
            "product": [f"P{i + 1:03d}" for i in plan["product"]],
            "event": site + "-" + plan["event"].astype(str).to_numpy(),
            "date": pd.to_datetime(plan["day"].to_numpy(), unit="D", origin=first),
            "known_from": pd.to_datetime(plan["known"].to_numpy(), unit="D", origin=first),
            "quantity": plan["quantity"].to_numpy(),
            "probability": plan["probability"].to_numpy(),
            "show": 0.97,
            "cancelled_on": pd.Series(cancel).where(plan["gone"].to_numpy() >= 0),
        }
    ), used


def _ledger(site, weekly, goods, first):
    """What a generous min/max (weekly review, one week's lead time) made of the demand."""
    products, weeks = weekly.shape
    mean = weekly[:, :13].mean(1)
    level = np.ceil(6 * mean + 3)
    stock, due = level.copy(), np.zeros(products)
    rows = []
    for week in range(weeks):
        opening, received = stock, due
        distributed = np.minimum(weekly[:, week], opening + received)
        stock = opening + received - distributed
        due = np.maximum(level - stock, 0)
        rows.append(
            pd.DataFrame(
                {
                    "site": site,
                    "product": goods["product"],
                    "date": first + pd.Timedelta(days=7 * week),
                    "opening": opening,
                    "received": received,
                    "distributed": distributed,
                    "adjusted": 0,
                    "closing": stock,
                    "unit_cost": goods["unit_cost"],
                    "pack_size": goods["pack_size"],
                    "shelf_life_days": goods["shelf_life_days"],
                }
            )
        )
        level = np.ceil(6 * weekly[:, max(0, week - 12) : week + 1].mean(1) + 3)
    return pd.concat(rows, ignore_index=True)
