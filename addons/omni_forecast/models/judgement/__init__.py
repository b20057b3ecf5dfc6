# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_series
from . import forecast_vintage
from . import forecast_outcome
from . import forecast_value_added
from . import forecast_plan
from . import forecast_run
