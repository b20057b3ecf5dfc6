# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, tagged

from .common import LogisticsData


@tagged("post_install", "-at_install")
class TestPortalTracking(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.make_user(
            "portal_minji",
            "base.group_portal",
            password="portal_minji",
            partner_id=cls.contact.id,
        )
        cls.order = cls.make_order(cls.contact)
        cls.foreign = cls.make_order(cls.other)

    def page(self, order, token=None):
        url = f"/my/orders/{order.id}"
        return self.url_open(url + (f"?access_token={token}" if token else ""))

    def test_customer_follows_the_own_delivery(self):
        self.authenticate("portal_minji", "portal_minji")
        page = self.page(self.order)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'data-delivery="{self.order.picking_ids.name}"', page.text)
        self.assertIn("o_logistics_steps", page.text)
        self.assertIn("Expected arrival", page.text)

    def test_late_delivery_says_so(self):
        self.order.picking_ids.write({"scheduled_date": "2020-01-01"})
        self.order.write({"commitment_date": "2020-01-02 00:00:00"})
        self.settle()
        self.assertTrue(self.order.logistics_late)
        self.authenticate("portal_minji", "portal_minji")
        self.assertIn("o_logistics_late_note", self.page(self.order).text)

    def test_another_customers_order_is_refused(self):
        self.authenticate("portal_minji", "portal_minji")
        page = self.page(self.foreign)
        self.assertNotIn(self.foreign.picking_ids.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)
        self.assertFalse(page.url.rstrip("/").endswith(f"/my/orders/{self.foreign.id}"))

    def test_without_login_only_by_the_orders_own_link(self):
        self.assertNotIn("o_logistics_tracking", self.page(self.order).text)
        wrong = self.page(self.order, token=self.foreign._portal_ensure_token())
        self.assertNotIn(self.order.picking_ids.name, wrong.text)
        right = self.page(self.order, token=self.order._portal_ensure_token())
        self.assertIn(self.order.picking_ids.name, right.text)

    def test_korean(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_logistics_bridge")]
        )._update_translations(["ko_KR"])
        self.contact.lang = "ko_KR"
        self.authenticate("portal_minji", "portal_minji")
        text = self.page(self.order).text
        self.assertIn("예상 도착일", text)
        self.assertIn("주문 완료", text)
