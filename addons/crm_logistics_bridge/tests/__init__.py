# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import test_eta_promise
from . import test_intake
from . import test_intake_contact
from . import test_intake_files
from . import test_intake_http
from . import test_intake_mail
from . import test_link_from_text
from . import test_overview_panel
from . import test_portal_tracking
from . import test_security
from . import test_timeline
from . import test_tours
from . import test_eta_steps
from . import test_eta_supply
from . import test_delay_notice
from . import test_tracking_page
from . import test_carrier_events
from . import test_returns
from . import test_returns_portal
from . import test_triage
from . import test_quick_actions
from . import test_preference
from . import test_kpi
from . import test_control_tower
from . import test_korean_of_dependencies
