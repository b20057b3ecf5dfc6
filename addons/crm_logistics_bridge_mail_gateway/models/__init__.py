# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import mail_gateway
from . import mail_gateway_abstract
from . import logistics_channel_account
from . import logistics_intake_message
from . import logistics_intake
from . import discuss_channel
from . import helpdesk_ticket
