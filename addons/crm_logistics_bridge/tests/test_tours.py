# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, tagged

from .common import LogisticsData


@tagged("post_install", "-at_install")
class TestTours(LogisticsData, HttpCase):
    """In a real browser, on a desk and on a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        # Tests click: they need the password to log in with, nothing else.
        cls.make_user(
            "tour_agent",
            "base.group_user,helpdesk_mgmt.group_helpdesk_user",
            password="tour_agent",
        )
        cls.make_user(
            "tour_portal",
            "base.group_portal",
            password="tour_portal",
            partner_id=cls.contact.id,
        )
        cls.order = cls.make_order(
            cls.contact, product=cls.scarce, commitment_date="2020-01-02 00:00:00"
        )
        cls.ticket = cls.make_ticket(
            f"주문 {cls.order.name} 배송이 아직 안 왔어요", user_id=False
        )

    def ticket_tour(self):
        self.start_tour(
            f"/odoo/helpdesk-tickets/{self.ticket.id}",
            "logistics_ticket_panel",
            login="tour_agent",
        )
        link = self.ticket.logistics_link_ids.filtered("order_id")
        self.assertEqual(link.state, "confirmed")
        self.assertEqual(link.decided_by_id.login, "tour_agent")

    def portal_tour(self):
        self.start_tour(
            f"/my/orders/{self.order.id}",
            "logistics_portal_tracking",
            login="tour_portal",
        )


@tagged("post_install", "-at_install")
class TestToursDesktop(TestTours):
    browser_size = "1400x900"

    def test_ticket_panel(self):
        self.ticket_tour()

    def test_portal(self):
        self.portal_tour()


@tagged("post_install", "-at_install")
class TestToursPhone(TestTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_ticket_panel(self):
        self.ticket_tour()

    def test_portal(self):
        self.portal_tour()
