# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_issue_type
from . import logistics_triage_rule
from . import logistics_triage_model
from . import logistics_triage_report
from . import logistics_triage_decision
from . import logistics_priority_factor
from . import logistics_job_run
from . import res_partner
from . import helpdesk_ticket
from . import helpdesk_ticket_reply
