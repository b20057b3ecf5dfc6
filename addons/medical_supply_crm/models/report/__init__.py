# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_supply_fact
from . import medical_kit_report
from . import medical_comparison
from . import medical_comparison_point
from . import medical_comparison_read
from . import res_partner
