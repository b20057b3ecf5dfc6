# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL, email_normalize


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Also by the names that our models have for an address and a person.

        Odoo looks for fields called email and for contacts that are not deleted with the
        record; the ledger says sender_email, senders are values, and the access log goes
        with its contact.
        """
        query = super()._get_query()
        email = email_normalize(self.email.strip())
        branches = [
            (
                "logistics.intake.message",
                SQL(
                    "sender_email = %s OR sender_name ILIKE %s",
                    email,
                    self.name.strip(),
                ),
            ),
            ("logistics.sender.identity", SQL("kind = 'email' AND value = %s", email)),
            (
                "helpdesk.ticket",
                SQL(
                    "partner_email ILIKE %s OR partner_name ILIKE %s",
                    f"%{email}%",
                    self.name.strip(),
                ),
            ),
            (
                "logistics.access.log",
                SQL(
                    "partner_id IN (SELECT id FROM res_partner "
                    "WHERE email_normalized = %s OR name ILIKE %s)",
                    email,
                    self.name.strip(),
                ),
            ),
        ]
        own = SQL(" UNION ").join(
            SQL(
                "SELECT %s AS res_model_id, id AS res_id, %s AS is_active FROM %s WHERE %s",
                # sudo: the number of a model is no secret
                self.env["ir.model"].sudo()._get_id(model),
                SQL("active") if "active" in self.env[model] else True,
                SQL.identifier(self.env[model]._table),
                condition,
            )
            for model, condition in branches
        )
        # Odoo's own branches may have found the same records.
        return SQL("SELECT DISTINCT * FROM (%s UNION ALL %s) found", query, own)
