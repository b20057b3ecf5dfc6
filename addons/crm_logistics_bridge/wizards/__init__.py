# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import logistics_intake_note
from . import logistics_return_receive
from . import rma_delivery_wizard
from . import logistics_forget_preview
from . import partner_anonymize_wizard
