# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def action_merge(self):
        merged = bool(self.partner_ids)
        result = super().action_merge()
        proposal_id = self.env.context.get("logistics_merge_proposal_id")
        if proposal_id and merged:
            # sudo: who may merge contacts may also note that it was done
            proposal = self.env["logistics.merge.proposal"].sudo().browse(proposal_id)
            proposal.exists().with_user(self.env.user).sudo()._decide("merged")
        return result
