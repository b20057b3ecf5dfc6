# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stock against forecast: what runs out before a new order comes, and what lies too long."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StockCheck:
    """Arrays (N,): units short before a new order can come, units beyond the days of cover,
    and days until the stock is gone (inf without demand)."""

    shortage: np.ndarray
    excess: np.ndarray
    lasts: np.ndarray


def check_stock(*, on_hand, due, supply, daily, lead_days, cover_days, tolerance=0.05):
    """Compare stock with the forecast.

    :param on_hand: (N,) units free to sell
    :param due: (N,) units that come in within the lead time
    :param supply: (N,) units on hand and on their way, whenever they come
    :param daily: (N,) expected demand of a day
    :param lead_days: (N,) days until what is ordered today is there
    :param cover_days: days of demand beyond which stock is excess
    :param tolerance: a shortage below this share of the lead time's demand is none
    :returns: StockCheck
    """
    on_hand, due, supply, daily, lead_days = (
        np.asarray(value, dtype=float)
        for value in (on_hand, due, supply, daily, lead_days)
    )
    daily = np.maximum(daily, 0.0)
    needed = daily * np.maximum(lead_days, 0.0)
    shortage = needed - np.maximum(on_hand, 0.0) - np.maximum(due, 0.0)
    shortage = np.where(shortage > np.maximum(tolerance * needed, 0.5), shortage, 0.0)
    excess = np.maximum(supply - daily * (cover_days + np.maximum(lead_days, 0.0)), 0.0)
    excess = np.where(excess >= 1.0, excess, 0.0)
    lasts = np.divide(
        np.maximum(on_hand, 0.0) + np.maximum(due, 0.0),
        daily,
        out=np.full(daily.shape, np.inf),
        where=daily > 0,
    )
    return StockCheck(shortage, excess, lasts)
