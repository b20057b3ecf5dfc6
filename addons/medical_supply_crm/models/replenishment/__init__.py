# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_replenishment_run
from . import medical_replenishment_read
from . import medical_replenishment_write
from . import medical_replenishment_threat
from . import medical_event
from . import helpdesk_ticket
from . import medical_storeroom_line
