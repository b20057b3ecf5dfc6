# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_eta_lane
from . import logistics_eta_read
from . import stock_move
from . import stock_warehouse
from . import stock_picking
from . import stock_picking_predict
from . import stock_picking_missing
from . import sale_order_line
from . import logistics_delay_notice
from . import stock_picking_notice
