# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class PartnerAnonymizeWizard(models.TransientModel):
    """What forgetting would touch and keep, before it is confirmed."""

    _inherit = "partner.anonymize.wizard"

    logistics_preview_ids = fields.One2many(
        "logistics.forget.preview", "wizard_id", string="What happens"
    )
    logistics_blockers = fields.Text(string="Not yet", readonly=True)

    @api.model
    def default_get(self, fields_list):
        result = super().default_get(fields_list)
        if "logistics_preview_ids" not in fields_list:
            return result
        partners = self._logistics_partners(result.get("partner_ids"))
        if not self.env.user.has_group(
            "privacy_partner_to_be_forgotten.group_partner_anonymize"
        ):
            return result
        # sudo: counts only, for those who may forget people; see anonymize_partner_data
        Forget = self.env["logistics.privacy.forget"].sudo()
        rows, blockers = [], []
        for partner in partners.sudo():
            found, reasons = Forget._preview(partner)
            blockers += [reason for reason in reasons if reason not in blockers]
            rows += [
                Command.create(
                    {
                        "partner_id": partner.id,
                        "data": data,
                        "outcome": outcome,
                        "count": count,
                        "why": why,
                    }
                )
                for data, outcome, count, why in found
            ]
        result["logistics_preview_ids"] = rows
        result["logistics_blockers"] = "\n".join(blockers)
        return result

    def _logistics_partners(self, commands):
        ids = []
        for command in commands or ():
            if command[0] == Command.SET:
                ids += command[2]
            elif command[0] == Command.LINK:
                ids.append(command[1])
        return self.env["res.partner"].browse(ids)

    def _validate_partners_for_anonymization(self):
        result = super()._validate_partners_for_anonymization()
        if self.logistics_blockers:
            raise UserError(self.logistics_blockers)
        return result
