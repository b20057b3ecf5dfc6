# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...emr.codes import LOCAL


class MedicalProcedureCode(models.Model):
    """One code of one code system; many codes may mean the same procedure."""

    _name = "medical.procedure.code"
    _description = "Medical Procedure Code"
    _order = "system, code, id"
    _rec_name = "code"

    procedure_id = fields.Many2one(
        "medical.procedure", required=True, ondelete="cascade", index=True
    )
    system = fields.Char(
        required=True,
        default=LOCAL,
        help="Code system as the feeds name it, for example http://snomed.info/sct. "
        'Codes that come without a system are filed under "L" (local).',
    )
    code = fields.Char(required=True, index=True)

    _system_code_uniq = models.Constraint(
        "UNIQUE (system, code)",
        "This code of this code system already belongs to a procedure.",
    )

    @api.depends("system", "code")
    def _compute_display_name(self):
        for code in self:
            code.display_name = f"{code.system} {code.code}"

    @api.model
    def _find(self, pairs):
        """Procedures by code, one query.

        :param pairs: iterable of (system, code)
        :return: dict (system, code) -> medical.procedure
        """
        pairs = set(pairs)
        rows = self.search([("code", "in", list({code for _system, code in pairs}))])
        return {
            (row.system, row.code): row.procedure_id
            for row in rows
            if (row.system, row.code) in pairs and row.procedure_id.active
        }
