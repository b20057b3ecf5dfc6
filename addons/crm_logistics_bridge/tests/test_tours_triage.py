# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, tagged

from .common import LogisticsData


@tagged("post_install", "-at_install")
class TestTriageTours(LogisticsData, HttpCase):
    """Accept, correct, undo and learn, clicked in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.make_user(
            "triage_tour_agent",
            "base.group_user,helpdesk_mgmt.group_helpdesk_user",
            password="triage_tour_agent",
        )
        cls.ticket = cls.make_ticket(
            "주문한 상품 상자가 찌그러지고 제품이 파손되어 왔어요", user_id=False
        )
        cls.ticket.message_post(
            body="교환은 됐고 환불해 주세요. 반품한 지 2주 됐는데 돈이 아직 안 들어왔어요",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=cls.contact.id,
        )

    def ticket_tour(self):
        before = self.ticket.logistics_issue_type_id
        self.assertEqual(before.code, "damaged")
        self.assertEqual(self.ticket.logistics_proposed_type_id.code, "refund")
        self.start_tour(
            f"/odoo/helpdesk-tickets/{self.ticket.id}",
            "logistics_triage_ticket",
            login="triage_tour_agent",
        )
        self.assertEqual(self.ticket.logistics_issue_type_id, before)
        states = self.ticket.logistics_decision_ids.mapped("state")
        self.assertEqual(sorted(states), ["decided", "undone"])


@tagged("post_install", "-at_install")
class TestTriageToursDesktop(TestTriageTours):
    browser_size = "1400x900"

    def test_ticket(self):
        self.ticket_tour()
        # on a phone Odoo itself shows another widget to choose with
        self.start_tour(
            f"/odoo/helpdesk-tickets/{self.ticket.id}",
            "logistics_triage_correct",
            login="triage_tour_agent",
        )
        self.assertEqual(self.ticket.logistics_issue_type_id.code, "change")
        states = self.ticket.logistics_decision_ids.mapped("state")
        self.assertEqual(sorted(states), ["corrected", "undone"])

    def test_learning(self):
        self.make_user(
            "triage_tour_manager",
            "base.group_user,helpdesk_mgmt.group_helpdesk_manager,"
            "crm_logistics_bridge.group_logistics_manager",
            password="triage_tour_manager",
        )
        before = self.env["logistics.job.run"].search_count([("job", "=", "triage")])
        self.start_tour(
            "/odoo/action-crm_logistics_bridge.logistics_triage_model_action",
            "logistics_triage_learn",
            login="triage_tour_manager",
        )
        after = self.env["logistics.job.run"].search_count([("job", "=", "triage")])
        self.assertEqual(after, before + 1)


@tagged("post_install", "-at_install")
class TestTriageToursPhone(TestTriageTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_ticket(self):
        self.ticket_tour()
