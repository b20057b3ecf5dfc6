# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import forecast_recommendation
from . import forecast_recommendation_rule
from . import forecast_recommendation_purchase
from . import forecast_recommendation_transfer
from . import forecast_recommendation_decide
from . import forecast_recommendation_refresh
from . import forecast_recommendation_rows
from . import forecast_recommendation_supply
from . import forecast_recommendation_auto
from . import forecast_batch
from . import forecast_transfer_lane
from . import forecast_workload
from . import forecast_plan
from . import forecast_plan_stock
from . import forecast_plan_estimate
from . import forecast_plan_workload
from . import forecast_run
from . import purchase_order
from . import purchase_order_line
from . import res_partner
from . import resource_calendar
from . import stock_demand_estimate
from . import stock_move
from . import stock_warehouse_orderpoint
