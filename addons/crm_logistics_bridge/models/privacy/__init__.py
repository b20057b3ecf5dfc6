# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import res_company
from . import helpdesk_ticket
from . import logistics_privacy_target
from . import logistics_privacy_keep
from . import logistics_privacy_act
from . import logistics_privacy_log
from . import logistics_privacy_rule
from . import logistics_privacy_run
from . import logistics_privacy_example
from . import logistics_legal_copy
from . import logistics_privacy_forget
from . import logistics_privacy_scrub
from . import res_partner
