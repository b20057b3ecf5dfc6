# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import test_feed_order_and_replay
from . import test_replenishment_idempotent
from . import test_schedule_to_order
from . import test_portal_isolation
from . import test_privacy
from . import test_security
from . import test_auto_approval
from . import test_partial_approval
from . import test_second_approval
from . import test_substitutes
from . import test_consignment_invoice
from . import test_scanning
from . import test_two_bin
from . import test_proposal_portal
from . import test_consumption_portal
from . import test_concurrent_approval
from . import test_tours
from . import test_recall
from . import test_feed_polling
from . import test_portal_pages
from . import test_isolation_models
from . import test_isolation_routes
from . import test_feed_health
from . import test_privacy_feeds
from . import test_expiry_board
