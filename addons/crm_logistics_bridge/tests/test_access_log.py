# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestAccessLog(LogisticsCase):
    """Who looked at which customer: complete, kept as long as said, to be exported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent()
        cls.manager = cls.make_user(
            "log_manager",
            "crm_logistics_bridge.group_logistics_manager,base.group_allow_export",
        )
        cls.log = cls.env["logistics.access.log"]

    def looks(self, user):
        return self.log.search([("user_id", "=", user.id)])

    def test_every_way_to_look_is_kept(self):
        Partner = self.env["res.partner"].with_user(self.agent)
        Partner.get_logistics_overview(self.contact.id)
        look = self.looks(self.agent)
        self.assertEqual(
            (look.partner_id, look.kind, look.company_id),
            (self.customer, "view", self.company),
        )
        Partner.get_logistics_overview(self.contact.id)
        self.assertEqual(len(self.looks(self.agent)), 1, "the same look")
        order = self.make_order(self.contact)
        colleague = self.make_agent("logistics_colleague")
        self.env["res.partner"].with_user(colleague).get_logistics_quick_action(
            self.contact.id, order.id
        )
        self.assertEqual(
            self.looks(colleague).partner_id, self.customer, "addresses were shown"
        )
        self.env["res.partner"].with_user(self.agent).do_logistics_quick_action(
            self.contact.id, order.id, "notify", {"text": "tomorrow"}
        )
        self.assertEqual(set(self.looks(self.agent).mapped("kind")), {"view", "notify"})

    def test_kept_as_long_as_the_company_says(self):
        self.company.logistics_access_days = 400
        self.log._note(self.customer, "view")
        self.log._note(self.customer, "notify", "x")
        first, second = self.log.search([("partner_id", "=", self.customer.id)])
        self.env.flush_all()
        for look, days in ((first, 401), (second, 399)):
            self.env.cr.execute(
                "UPDATE logistics_access_log SET date = %s WHERE id = %s",
                (fields.Datetime.now() - timedelta(days=days), look.id),
            )
        self.env.invalidate_all()
        self.log._gc_access()
        self.assertEqual((first | second).exists(), second)

    def test_export_and_rights(self):
        self.log._note(self.customer, "notify", "told")
        look = self.log.search([("partner_id", "=", self.customer.id)])
        rows = look.with_user(self.manager).export_data(
            ["date", "user_id", "partner_id", "kind", "detail"]
        )["datas"]
        self.assertEqual(rows[0][2:], ["Hanbit Trading", "Customer notified", "told"])
        with self.assertRaises(AccessError):
            look.with_user(self.agent).read(["detail"])
        for values in ({"detail": "x"}, {"user_id": self.agent.id}):
            with self.assertRaises(AccessError):
                look.with_user(self.manager).write(values)
        other = self.env["res.company"].create({"name": "Log Company"})
        stranger = self.make_user(
            "log_stranger",
            "crm_logistics_bridge.group_logistics_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.log.with_user(stranger).search([("id", "=", look.id)]))
