# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_recall
from . import medical_recall_scope
from . import medical_recall_trace
from . import medical_recall_notify
from . import medical_recall_line
from . import medical_recall_notice
from . import medical_recall_answer
from . import stock_location
from . import stock_lot
from . import stock_move_line
from . import stock_quant
from . import product_product
from . import medical_consumption_line
