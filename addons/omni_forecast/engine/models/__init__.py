# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Forecasting models of the fast engine and their registry."""

from .registry import LIBRARY_MODELS, MODELS, Model
from .fast import Fit, fit_rows

__all__ = ["LIBRARY_MODELS", "MODELS", "Fit", "Model", "fit_rows"]
