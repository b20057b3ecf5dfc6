# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_waste_risk
from . import medical_waste_judge
from . import medical_expiry_action
from . import medical_expiry_transfer
from . import product_template
from . import stock_lot
from . import stock_picking
