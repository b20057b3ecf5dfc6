# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_plan
from . import forecast_plan_schedule
from . import forecast_plan_scope
from . import forecast_plan_demand
from . import forecast_plan_cleaning
from . import forecast_plan_calendar
from . import forecast_plan_lifecycle
from . import forecast_plan_supply
