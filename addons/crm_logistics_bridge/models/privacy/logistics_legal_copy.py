# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class LogisticsLegalCopy(models.Model):
    """Who a forgotten person was, kept apart as long as the law asks for the documents.

    Kept separately from everything else and read by privacy managers alone, as the
    Personal Information Protection Act of Korea (article 21, 3) asks; deleted by itself.
    """

    _name = "logistics.legal.copy"
    _description = "Legal Copy"
    _order = "keep_until, id"
    _rec_name = "documents"

    partner_id = fields.Many2one(
        "res.partner",
        string="Anonymised contact",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    name = fields.Char(required=True, readonly=True)
    address = fields.Text(readonly=True)
    vat = fields.Char(string="Tax ID", readonly=True)
    documents = fields.Text(
        readonly=True, help="The documents for whose sake it is kept."
    )
    keep_until = fields.Date(required=True, readonly=True, index=True)

    @api.autovacuum
    def _gc_copies(self):
        """The legal period is over."""
        over = self.search(
            [("keep_until", "<", fields.Date.context_today(self))], limit=1000
        )
        for company, copies in over.grouped("company_id").items():
            self.env["logistics.privacy.log"]._note(
                "delete", company, self._description, self._name, copies.ids
            )
        over.unlink()
