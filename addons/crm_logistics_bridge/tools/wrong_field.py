# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError


class WrongField(UserError):
    """What was delivered is wrong; says which field, and how HTTP answers it."""

    def __init__(self, message, field, code="invalid", status=400):
        super().__init__(message)
        self.field, self.code, self.status = field, code, status
