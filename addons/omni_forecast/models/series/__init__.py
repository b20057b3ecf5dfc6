# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_series
from . import forecast_series_chart
from . import forecast_line
from . import forecast_score
