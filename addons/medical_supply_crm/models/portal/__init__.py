# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_portal_stock
from . import medical_portal_demand
from . import helpdesk_ticket
from . import medical_portal_export
from . import res_partner
from . import medical_event
