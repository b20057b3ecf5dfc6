# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Odoo looks senders up by both, on every mail, and indexes neither.
    _logistics_email_idx = models.Index("(email_normalized)")
    _logistics_phone_idx = models.Index("(phone_sanitized)")
