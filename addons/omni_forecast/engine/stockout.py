# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock by day if nothing is done: when it runs out, and what is missed then.

Customer orders already booked are part of the forecast (they consume it): the demand up to
a day is the larger of forecast and booked orders up to that day. Orders that are due
already come on top, for the forecast is about what is still to come.
"""

import numpy as np


def daily_demand(means, shares, lengths):
    """(N, T) demand by day.

    :param means: (N, P) forecast of P periods; :param lengths: (P,) days of each that lie
        ahead; :param shares: (P,) days of each in all
    """
    means = np.maximum(0.0, np.asarray(means, dtype=float))
    rate = means / np.maximum(1, np.asarray(shares, dtype=float))
    return np.repeat(rate, np.asarray(lengths, dtype=int), axis=1)


def path(on_hand, due, demand, orders, incoming, other_out):
    """(N, T) stock at the end of each day; negative: demand that is missed.

    :param on_hand, due: (N,) units; :param demand, orders, incoming, other_out: (N, T)
        units by day: forecast, booked customer orders, receipts, other issues
    """
    used = np.maximum(np.cumsum(demand, axis=1), np.cumsum(orders, axis=1))
    start = np.asarray(on_hand, float) - np.asarray(due, float)
    return (
        start[:, None]
        + np.cumsum(incoming, axis=1)
        - np.cumsum(other_out, axis=1)
        - used
    )


def days_to_stockout(stock, tolerance=1e-6):
    """(N,) whole days until the stock no longer covers the demand; -1: not in sight.

    0 = today's demand is not covered.
    """
    out = stock < -tolerance
    if not out.shape[1]:
        return np.full(len(out), -1)
    return np.where(out.any(axis=1), out.argmax(axis=1), -1)


def missed_units(stock, until):
    """(N,) units that cannot be delivered up to day `until` (exclusive, (N,) int)."""
    days = np.arange(stock.shape[1])[None, :]
    inside = days < np.maximum(1, np.asarray(until))[:, None]
    low = np.where(inside, stock, np.inf).min(axis=1, initial=np.inf)
    return np.maximum(0.0, -np.where(np.isfinite(low), low, 0.0))


def excess_orders(demand, orders, until):
    """(N,) booked customer orders beyond the forecast within the next `until` days."""
    days = np.arange(demand.shape[1])[None, :]
    inside = days < np.asarray(until)[:, None]
    return np.maximum(
        0.0, (orders * inside).sum(axis=1) - (demand * inside).sum(axis=1)
    )
