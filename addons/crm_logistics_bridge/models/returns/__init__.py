# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_return_reason
from . import logistics_return_policy
from . import logistics_return_grade
from . import logistics_return_inspection
from . import rma
from . import rma_refund
from . import rma_exchange
from . import sale_order
from . import sale_order_exchange
from . import stock_warehouse
from . import logistics_timeline_event
