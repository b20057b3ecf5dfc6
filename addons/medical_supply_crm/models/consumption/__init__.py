# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_consumption
from . import medical_consumption_line
from . import medical_consumption_record
from . import medical_consumption_invoice
from . import medical_storeroom
from . import medical_replenishment_bin
from . import medical_scan_problem
from . import medical_scan
