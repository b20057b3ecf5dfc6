# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_criticality
from . import medical_storeroom
from . import medical_storeroom_delivery
from . import medical_storeroom_closure
from . import medical_storeroom_line
from . import medical_bin
from . import stock_move
from . import stock_picking
