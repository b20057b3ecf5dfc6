# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Names of the engine's models, as a selection, so that they are translated.

Kept here because importing the engine costs pandas; a test compares both lists.
"""

MODELS = [
    ("comb", "Combination"),
    ("sparse_comb", "Intermittent Combination"),
    ("naive", "Naive"),
    ("snaive", "Seasonal Naive"),
    ("moving_average", "Moving Average"),
    ("weighted_average", "Weighted Moving Average"),
    ("seasonal_index", "Seasonal Index"),
    ("ses", "Exponential Smoothing"),
    ("holt", "Holt's Trend"),
    ("damped", "Damped Trend"),
    ("holt_winters", "Holt-Winters"),
    ("theta", "Theta"),
    ("dynamic_theta", "Dynamic Optimised Theta"),
    ("croston", "Croston"),
    ("sba", "Syntetos-Boylan"),
    ("tsb", "Teunter-Syntetos-Babai"),
    ("adida", "ADIDA"),
    ("imapa", "IMAPA"),
    ("drivers", "Drivers"),
    ("lib_dot", "Optimised Theta (statsforecast)"),
    ("lib_ces", "AutoCES (statsforecast)"),
    ("lib_ets", "AutoETS (statsforecast)"),
    ("lib_theta", "AutoTheta (statsforecast)"),
    ("lib_arima", "AutoARIMA (statsforecast)"),
    ("lib_mstl", "MSTL (statsforecast)"),
    ("lib_adida", "ADIDA (statsforecast)"),
    ("lib_imapa", "IMAPA (statsforecast)"),
    ("balanced", "Balanced"),
    ("thorough", "Thorough"),
]
