# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_channel_account
from . import logistics_sender_identity
from . import logistics_merge_proposal
from . import base_partner_merge
from . import logistics_intake_message
from . import logistics_intake_hit
from . import logistics_intake
from . import logistics_intake_check
from . import logistics_intake_files
from . import logistics_intake_sender
from . import logistics_intake_contact
from . import logistics_intake_mail
from . import mail_thread
from . import res_partner
from . import helpdesk_ticket
