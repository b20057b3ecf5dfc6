# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock lived through again, for all series and settings at once."""

from dataclasses import dataclass

import numpy as np

FOREVER = 400  # periods; what lasts longer does not expire here


@dataclass
class Outcome:
    """What happened to N rows (series × setting) over the measured periods; arrays of N.

    :ivar demand: units wanted; :ivar served: of them delivered from the shelf
    :ivar short_periods: periods in which something was missing
    :ivar periods: periods measured (one number)
    :ivar stock: mean units on the shelf (mean of after receipt and end of period)
    :ivar wasted: units that expired; :ivar orders: orders placed; :ivar ordered: units ordered
    """

    demand: np.ndarray
    served: np.ndarray
    short_periods: np.ndarray
    periods: int
    stock: np.ndarray
    wasted: np.ndarray
    orders: np.ndarray
    ordered: np.ndarray


def simulate(
    demand,
    upto,
    reorder,
    *,
    lead,
    review,
    initial,
    use=None,
    life=None,
    pack=1.0,
    skip=0,
    count_first=True,
):
    """Periodic review with lead time, lost demand, FEFO and expiry.

    In each period, in this order: what was ordered `lead` periods ago arrives; in a review period an
    order is placed when the stock position is at or below `reorder`, up to `upto`, in whole packs;
    demand is served from the oldest goods, what is missing is lost; goods at the end of their life are
    thrown away. With lead 0 an order arrives before the demand of its own period.

    :param demand: (N, T); :param upto, reorder: (N, T) levels that apply at the start of a period
    :param lead, review: periods; :param initial: (N,) stock before the first period, all of it fresh
    :param use: (N, T) mean use a period by which to foresee what will expire before the next order
        can replace it; that part is no stock position. None: everything on the shelf counts
    :param life: (N,) periods in which goods can be used after they arrive, NaN or None: they keep
    :param pack: (N,) or number; :param skip: first periods that are lived but not measured
    :param count_first: whether what expires of `initial` counts as wasted
    :return: `Outcome`
    """
    rows, length = demand.shape
    life = np.full(rows, np.nan) if life is None else np.asarray(life, float)
    life = np.where(np.isnan(life), FOREVER, np.clip(np.ceil(life), 1, FOREVER)).astype(
        int
    )
    ages = (
        1 if (life >= FOREVER).all() else int(life[life < FOREVER].max(initial=0)) + 1
    )
    # shelf[:, k]: usable in k + 1 more periods; the last column keeps for ever
    shelf = np.zeros((rows, ages))
    place = np.where(life >= FOREVER, ages - 1, np.minimum(life - 1, ages - 1))
    every = np.arange(rows)
    shelf[every, place] = initial
    # orders arrive later, so what expires in this period can only be the first shelf
    forgiven = lead and not count_first
    first_gone = np.where(life < FOREVER, life - 1, -1) if forgiven else -1
    due = np.zeros((lead + 1, rows))
    sums = {
        name: np.zeros(rows)
        for name in (
            "demand",
            "served",
            "short",
            "stock",
            "wasted",
            "orders",
            "ordered",
        )
    }
    for now in range(length):
        count = now >= skip
        slot = now % (lead + 1)
        if lead:
            shelf[every, place] += due[slot]
            due[slot] = 0
        if now % review == 0:
            position = shelf.sum(1) + due.sum(0)
            if use is not None and ages > 1:
                position -= _expiring(shelf[:, :-1][:, : lead + review], use[:, now])
            lack = np.where(position <= reorder[:, now], upto[:, now] - position, 0)
            quantity = np.ceil(np.maximum(lack, 0) / pack - 1e-9) * pack
            if lead:
                due[(now + lead) % (lead + 1)] += quantity
            else:
                shelf[every, place] += quantity
            if count:
                sums["orders"] += quantity > 0
                sums["ordered"] += quantity
        begin = shelf.sum(1)
        wanted = demand[:, now]
        before = np.cumsum(shelf, 1) - shelf
        shelf -= np.clip(wanted[:, None] - before, 0, shelf)
        left = shelf.sum(1)
        served = begin - left
        wasted = 0.0
        if ages > 1:
            # the shelf everybody started from is no policy's doing
            wasted = np.where(now == first_gone, 0.0, shelf[:, 0])
            shelf[:, :-2] = shelf[:, 1:-1]
            shelf[:, -2] = 0
        if count:
            sums["demand"] += wanted
            sums["served"] += served
            sums["short"] += wanted - served > 1e-9
            sums["stock"] += (begin + left) / 2
            sums["wasted"] += wasted
    measured = max(length - skip, 1)
    return Outcome(
        sums["demand"], sums["served"], sums["short"], length - skip,
        sums["stock"] / measured, sums["wasted"], sums["orders"], sums["ordered"],
    )  # fmt: skip


def _expiring(soon, use):
    """(N,) units of `soon` (N, k; usable in 1..k more periods) that mean use leaves to expire."""
    spent = use[:, None] * np.arange(1, soon.shape[1] + 1)
    return np.maximum(np.cumsum(soon, 1) - spent, 0).max(1, initial=0)
