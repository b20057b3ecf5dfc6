# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_run
from . import forecast_run_process
from . import forecast_run_write
from . import forecast_run_clean
from . import forecast_run_calendar
from . import forecast_run_lifecycle
from . import forecast_run_split
from . import forecast_run_part
from . import forecast_problem
