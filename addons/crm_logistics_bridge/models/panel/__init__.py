# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_access_log
from . import stock_picking
from . import stock_move
from . import logistics_quick_action
from . import res_partner
