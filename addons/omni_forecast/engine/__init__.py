# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Demand forecasting engine: pandas in, pandas out; knows nothing of Odoo."""

from .api import ForecastResult, forecast
from .errors import EngineError
from .models import MODELS, Model
from .worker import run_in_process

__all__ = [
    "MODELS",
    "EngineError",
    "ForecastResult",
    "Model",
    "forecast",
    "run_in_process",
]
