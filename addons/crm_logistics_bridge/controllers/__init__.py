# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import intake
from . import portal_ticket
from . import carrier
from . import tracking
from . import returns
from . import portal_ticket_close
