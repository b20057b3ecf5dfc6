# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import res_company
from . import res_config_settings
from . import logistics_job_run
from . import logistics_cached_mixin
from . import eta
from . import logistics_ticket_link
from . import logistics_link_resolver
from . import numbering
from . import intake
from . import logistics_timeline_event
from . import logistics_timeline_use
from . import logistics_overview
from . import logistics_overview_goods
from . import res_partner
from . import sale_order
from . import tracking
from . import returns
from . import panel
from . import preference
from . import kpi
from . import tower
from . import helpdesk_ticket
from . import helpdesk_ticket_linking
from . import triage
from . import privacy
