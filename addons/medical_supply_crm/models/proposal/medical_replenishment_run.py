# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .medical_proposal import OPEN_STATES


class MedicalReplenishmentRun(models.Model):
    _inherit = "medical.replenishment.run"

    auto_count = fields.Integer(
        string="Ordered by Rule",
        readonly=True,
        help="Proposals that an automatic approval rule has ordered after the run.",
    )

    @api.model
    def _run_company(self, company, rooms, trigger):
        run = super()._run_company(company, rooms, trigger)
        proposals = self.env["medical.proposal"].search(
            [("storeroom_id", "in", rooms.ids), ("state", "in", OPEN_STATES)]
        )
        self.env["medical.proposal.line"].search(
            [
                ("proposal_id", "in", proposals.ids),
                ("product_id.medical_discontinued", "=", True),
                ("substitute_id", "=", False),
            ]
        )._first_substitutes()
        ordered = proposals._approve_by_rules()
        if ordered:
            run.auto_count = len(ordered)
        return run
