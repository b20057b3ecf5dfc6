# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_proposal
from . import medical_proposal_order
from . import medical_proposal_line
from . import sale_order
