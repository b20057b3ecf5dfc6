# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_tracking_link
from . import logistics_carrier_event
from . import sale_order
from . import sale_order_feedback
from . import stock_picking
from . import helpdesk_ticket
from . import logistics_timeline_event
