# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Replenishment of hospital storerooms from booked procedures: see `replenish`."""

from .demand import Terms, levels, negative_binomial_ppf
from .inputs import Options
from .lots import fefo_waste
from .replenish import Plan, replenish

__all__ = [
    "Options",
    "Plan",
    "Terms",
    "fefo_waste",
    "levels",
    "negative_binomial_ppf",
    "replenish",
]
