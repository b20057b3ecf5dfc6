# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import medical_feed_columns
from . import medical_feed_columns_line
from . import medical_feed_delivery
from . import medical_portal_role
