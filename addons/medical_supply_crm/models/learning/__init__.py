# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_event
from . import medical_storeroom_line
from . import medical_kit_learning
from . import medical_show_rate
