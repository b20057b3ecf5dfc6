# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _can_be_edited_by_current_customer(self, **kwargs):
        """Core lets every portal user of a company change and archive its delivery
        addresses. In a hospital these are departments and storerooms, where the goods
        of others arrive: only its managers may, besides everybody's own contact."""
        allowed = super()._can_be_edited_by_current_customer(**kwargs)
        # sudo: whose hospital the address is, not what is in it
        hospital = self.sudo().hospital_id
        current = self._get_current_partner(**kwargs)
        if not allowed or not hospital or self == current:
            return allowed
        return current.sudo() in hospital.medical_manager_ids
