# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import medical_feed
from . import medical_feed_accept
from . import medical_feed_source
from . import medical_feed_poll
from . import medical_feed_folder
from . import medical_feed_health
from . import medical_feed_messages
from . import medical_feed_tables
from . import medical_feed_column
from . import medical_feed_day
from . import medical_feed_exchange
from . import medical_feed_problem
from . import medical_code_mapping
