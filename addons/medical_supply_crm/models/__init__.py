# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import res_partner
from . import medical_criticality
from . import medical_storeroom
from . import medical_storeroom_line
from . import medical_waste_risk
from . import medical_procedure
from . import medical_procedure_code
from . import medical_kit
from . import medical_kit_line
from . import medical_feed
from . import medical_feed_messages
from . import medical_feed_problem
from . import medical_code_mapping
from . import medical_event
from . import medical_event_resolve
from . import medical_replenishment_run
from . import medical_replenishment_read
from . import medical_proposal
from . import medical_proposal_order
from . import medical_proposal_line
from . import medical_consumption
from . import medical_consumption_line
from . import sale_order
from . import stock_move
from . import stock_picking
