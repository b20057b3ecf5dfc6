# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_plan
from . import forecast_plan_schedule
from . import forecast_plan_demand
from . import forecast_plan_supply
from . import forecast_run
from . import forecast_run_process
from . import forecast_run_write
from . import forecast_series
from . import forecast_line
from . import forecast_score
from . import forecast_problem
from . import forecast_recommendation
from . import forecast_recommendation_propose
from . import stock_warehouse_orderpoint
from . import product_product
from . import product_template
from . import res_company
from . import res_config_settings
