# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import common
from . import feed_keys
from . import portal_home
from . import portal_proposals
from . import portal_schedule
from . import portal_storerooms
from . import portal_deliveries
from . import portal_consumption
from . import portal_recalls
from . import recall_report
from . import portal_tickets
from . import portal_feeds
from . import portal_export
from . import portal_expiry
