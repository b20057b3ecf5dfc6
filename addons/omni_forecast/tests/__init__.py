# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_action_tour
from . import test_adjustment
from . import test_automatic
from . import test_calendar
from . import test_chart
from . import test_cron
from . import test_delphi
from . import test_delphi_portal
from . import test_demand_reading
from . import test_event
from . import test_exception
from . import test_hierarchy
from . import test_judgement
from . import test_kits
from . import test_lead_time
from . import test_opinion
from . import test_opinion_tour
from . import test_override
from . import test_plan_run
from . import test_promise
from . import test_publishing
from . import test_purchase
from . import test_recommendation
from . import test_research
from . import test_run_faults
from . import test_sales_composite
from . import test_scenario
from . import test_scope
from . import test_security
from . import test_sheet
from . import test_tour
from . import test_tour_planner
from . import test_transfer
from . import test_true_demand
from . import test_run_parts
