# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPrivacyLookup(TransactionCase):
    def test_our_models_are_found(self):
        partner = self.env["res.partner"].create(
            {"name": "Lookup Person", "email": "lookup@example.com"}
        )
        company = self.env.company
        account = self.env["logistics.channel.account"]._own_account(company, "chat")
        message = self.env["logistics.intake.message"].create(
            {
                "account_id": account.id,
                "external_id": "lookup-1",
                "company_id": company.id,
                "received_date": fields.Datetime.now(),
                "sender_email": "lookup@example.com",
            }
        )
        Identity = self.env["logistics.sender.identity"]
        Identity._touch(
            company,
            [("email", None, "lookup@example.com")],
            Identity.env["res.partner"],
        )
        identity = Identity.search([("value", "=", "lookup@example.com")])
        self.env["logistics.access.log"]._note(partner, "view")
        look = self.env["logistics.access.log"].search(
            [("partner_id", "=", partner.id)]
        )
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "No contact",
                "description": "x",
                "partner_email": "lookup@example.com",
            }
        )
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Lookup Person", "email": "lookup@example.com"}
        )
        wizard.action_lookup()
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        for record in (partner, message, identity, look, ticket):
            self.assertIn((record._name, record.id), found)
        self.assertEqual(len(found), len(wizard.line_ids), "each once")
