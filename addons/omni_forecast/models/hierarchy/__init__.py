# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_node
from . import forecast_node_line
from . import forecast_plan
from . import forecast_run
from . import forecast_series
from . import stock_warehouse
