# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import product_template
from . import product_product
from . import res_partner
from . import medical_substitute
from . import medical_approval_rule
from . import medical_approval_log
from . import medical_proposal
from . import medical_proposal_approve
from . import medical_proposal_auto
from . import medical_proposal_order
from . import medical_proposal_line
from . import medical_proposal_line_decision
from . import medical_replenishment_run
from . import medical_replenishment_substitute
from . import sale_order
from . import sale_order_line
from . import stock_rule
from . import stock_move
from . import stock_quant
from . import stock_picking
