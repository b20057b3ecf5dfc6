# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastLine(models.Model):
    """Where the final forecast comes from."""

    _inherit = "forecast.line"

    baseline = fields.Float(
        digits="Product Unit",
        help="Statistical forecast, before events, opinions and overrides.",
    )
    reconciled = fields.Float(
        digits="Product Unit",
        help="Change by reconciliation with the totals of the hierarchy.",
    )
    # Only of adjusted lines: the engine's lo80, hi80, lo95, hi95, from which the bands are
    # shifted. Bands end at zero, so they could not be shifted back.
    base_bands = fields.Json()
