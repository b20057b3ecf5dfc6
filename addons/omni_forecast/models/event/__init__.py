# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_event
from . import forecast_event_learning
from . import forecast_event_effect
from . import forecast_event_line
from . import forecast_plan
from . import forecast_run
from . import forecast_promise
from . import forecast_promise_check
from . import forecast_promise_action
from . import forecast_promise_line
from . import stock_warehouse
from . import utm_campaign
