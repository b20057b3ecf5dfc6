# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much of a coming demand can be delivered on time, day by day.

A plain simulation: each morning what comes in joins the stock; orders left over from earlier
days go first, then the day's own; a warehouse cannot send more units than its daily capacity,
which is shared in proportion to what could go. What is sent on the day it is wanted (or
within `tolerance` days) is on time. Nothing is lost: what cannot go waits.
"""

from dataclasses import dataclass

import numpy as np

EPSILON = 1e-9


@dataclass(frozen=True)
class Promise:
    """Outcome for N places (product × warehouse) over T days.

    sent: (N, T) units that leave on each day
    on_time: (N, T) units of each day's demand that leave on time
    stock: (N, T) stock at the end of each day
    waiting: (N, T) units ordered but not sent at the end of each day
    first: (N,) first day (index) with demand that is not served on time, -1 for none
    cause: (N,) "stock", "capacity" or "" – what failed first
    missing: (N,) units that must be there in addition, for stock never to be short
    needed: (N,) day (index) on which stock first is short, -1 for never
    """

    sent: np.ndarray
    on_time: np.ndarray
    stock: np.ndarray
    waiting: np.ndarray
    first: np.ndarray
    cause: list
    missing: np.ndarray
    needed: np.ndarray


def simulate(demand, stock, incoming, group, capacity, backlog=None, tolerance=0):
    """Simulate deliveries.

    :param demand: (N, T) units wanted on each day
    :param stock: (N,) units on hand on the first morning
    :param incoming: (N, T) units that come in on each morning
    :param group: (N,) index of the warehouse of each place
    :param capacity: (G, T) or (G,) units that a warehouse can send on a day; inf for no
        limit
    :param backlog: (N,) units that should have gone already
    :param tolerance: days after the wish on which a delivery still is on time
    :returns: Promise
    :raises ValueError: a negative or non-finite quantity
    """
    demand = np.asarray(demand, dtype=float)
    incoming = np.asarray(incoming, dtype=float)
    size, days = demand.shape
    group = np.asarray(group, dtype=int)
    capacity = np.asarray(capacity, dtype=float)
    if capacity.ndim == 1:
        capacity = np.repeat(capacity[:, None], days, axis=1)
    before = np.zeros(size) if backlog is None else np.asarray(backlog, dtype=float)
    for name, values in (
        ("demand", demand),
        ("incoming", incoming),
        ("backlog", before),
    ):
        if not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(f"{name} holds a negative or non-finite quantity")
    # a negative stock is a debt: it is owed first
    have = np.asarray(stock, dtype=float)
    before = before + np.maximum(-have, 0)
    have = np.maximum(have, 0)
    sent, left, waiting, short = (np.zeros((size, days)) for _ in range(4))
    owed = before.copy()
    cause = [""] * size
    for day in range(days):
        have = have + incoming[:, day]
        owed = owed + demand[:, day]
        possible = np.minimum(have, owed)
        load = np.bincount(group, weights=possible, minlength=len(capacity))
        limit = capacity[:, day]
        share = np.where(load > limit, limit / np.maximum(load, EPSILON), 1.0)
        going = possible * share[group]
        short[:, day] = owed - possible
        sent[:, day], have, owed = going, have - going, owed - going
        left[:, day], waiting[:, day] = have, owed
    on_time = _on_time(demand, before, sent, tolerance)
    late = demand - on_time > EPSILON + 1e-7 * demand
    first = np.where(late.any(axis=1), late.argmax(axis=1), -1)
    for place in np.flatnonzero(first >= 0):
        cause[place] = "stock" if short[place, first[place]] > 1e-7 else "capacity"
    reserve = (
        np.asarray(stock, dtype=float)[:, None]
        + incoming.cumsum(axis=1)
        - (np.zeros(size) if backlog is None else np.asarray(backlog, float))[:, None]
        - demand.cumsum(axis=1)
    )
    lacking = reserve < -1e-7
    needed = np.where(lacking.any(axis=1), lacking.argmax(axis=1), -1)
    missing = np.maximum(-reserve.min(axis=1), 0) if days else np.zeros(size)
    missing = np.where(needed >= 0, missing, 0.0)
    return Promise(sent, on_time, left, waiting, first, cause, missing, needed)


def _on_time(demand, before, sent, tolerance):
    """Units of each day's demand sent by that day + tolerance, oldest orders first."""
    days = demand.shape[1]
    if not days:
        return demand
    wanted = before[:, None] + demand.cumsum(axis=1)
    gone = sent.cumsum(axis=1)
    deadline = np.minimum(np.arange(days) + tolerance, days - 1)
    served = np.clip(gone[:, deadline] - (wanted - demand), 0, demand)
    return served


def share_on_time(on_time, demand, mask=None):
    """Σ on time / Σ demand over the days (or cells) of `mask`; 1 without demand."""
    if mask is not None:
        on_time, demand = on_time * mask, demand * mask
    total = float(np.sum(demand))
    return float(np.sum(on_time)) / total if total > EPSILON else 1.0


@dataclass(frozen=True)
class Move:
    """Units of place `source` that place `target` can have."""

    source: int
    target: int
    quantity: float


def spare_stock(promise):
    """(N,) units of each place that its own demand never touches."""
    return np.where(promise.needed >= 0, 0.0, promise.stock.min(axis=1, initial=np.inf))


def share_spare(missing, spare, product, order=None):
    """Give places that lack units what other places of the same product can spare.

    :param missing: (N,) units lacking
    :param spare: (N,) units to give
    :param product: (N,) product of each place
    :param order: indices of places in the order they are served (default: as listed)
    :returns: (list of Move, (N,) units still lacking)
    """
    lack = np.array(missing, dtype=float)
    spare = np.array(spare, dtype=float)
    givers = {}
    for place in np.flatnonzero(spare > EPSILON).tolist():
        givers.setdefault(product[place], []).append(place)
    moves = []
    for place in order if order is not None else range(len(lack)):
        # the fullest shelf first: fewer transfers
        for giver in sorted(givers.get(product[place], ()), key=lambda p: -spare[p]):
            quantity = min(lack[place], spare[giver])
            if giver == place or quantity <= EPSILON:
                continue
            moves.append(Move(giver, place, float(quantity)))
            lack[place] -= quantity
            spare[giver] -= quantity
    return moves, lack


def spread_over_days(starts, end, totals, first_day, days):
    """Daily demand out of that of periods: evenly over a period's days.

    :param starts: first days of consecutive periods (dates)
    :param end: day after the last period
    :param totals: demand of each period
    :param first_day: date of the first day wanted
    :param days: number of days
    :returns: (days,) array; days after the last period go on at its daily rate, days
        before the first are zero
    """
    if not len(starts):
        return np.zeros(days)
    edges = np.array([day.toordinal() for day in (*starts, end)])
    rate = np.asarray(totals, dtype=float) / np.diff(edges)
    wanted = first_day.toordinal() + np.arange(days)
    at = np.searchsorted(edges, wanted, side="right") - 1
    result = rate[np.clip(at, 0, len(rate) - 1)]
    return np.where(at < 0, 0.0, np.maximum(result, 0.0))
