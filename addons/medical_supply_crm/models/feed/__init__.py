# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_feed
from . import medical_feed_messages
from . import medical_feed_problem
from . import medical_code_mapping
