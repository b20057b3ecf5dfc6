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

    def quick_tour(self):
        """An agent without rights on orders and stock acts, and takes it back."""
        self.customer.category_id = self.env["res.partner.category"].create(
            {"name": "Key account"}
        )
        self.contact.phone = "+82 10 1234 5678"
        self.make_ticket("A question")
        done = self.make_order(self.contact)
        self.deliver(done)
        self.start_tour(
            f"/odoo/helpdesk-tickets/{self.ticket.id}",
            "logistics_quick_actions",
            login="tour_agent",
            timeout=120,
        )
        self.assertEqual(str(self.order.commitment_date.date()), "2099-01-02")
        self.assertIn(
            "It comes on Friday", "".join(self.order.message_ids.mapped("body"))
        )
        resent = self.env["stock.picking"].search(
            [("logistics_resend_order_id", "=", done.id)]
        )
        self.assertEqual(resent.mapped("state"), ["cancel"])
        kinds = self.env["logistics.access.log"].search([]).mapped("kind")
        for kind in ("date", "notify", "resend", "unsend"):
            self.assertIn(kind, kinds)

    def return_tour(self):
        order = self.make_order(self.contact, quantity=3)
        self.deliver(order)
        self.start_tour("/my/orders", "logistics_portal_return", login="tour_portal")
        rma = order.rma_ids
        self.assertEqual(rma.product_uom_qty, 1, "a part of the order")
        pictures = self.env["ir.attachment"].search(
            [("res_model", "=", "rma"), ("res_id", "=", rma.id)]
        )
        self.assertIn("box.png", pictures.mapped("name"))

    def track_tour(self):
        url = self.order._logistics_tracking_url()
        self.start_tour(
            "/track/" + url.rsplit("/track/")[-1], "logistics_track_problem"
        )
        ticket = self.env["helpdesk.ticket"].search(
            [("logistics_report_order_id", "=", self.order.id)]
        )
        self.assertEqual(len(ticket), 1)
        self.assertIn(self.order, ticket.logistics_link_ids.order_id)


@tagged("post_install", "-at_install")
class TestToursDesktop(TestTours):
    browser_size = "1400x900"

    def test_ticket_panel(self):
        self.ticket_tour()

    def test_portal(self):
        self.portal_tour()

    def test_quick_actions(self):
        self.quick_tour()

    def test_portal_return(self):
        self.return_tour()

    def test_tracking_link(self):
        self.track_tour()

    def test_control_tower(self):
        self.order.picking_ids.scheduled_date = "2020-01-02 09:00:00"
        self.settle()
        self.make_user(
            "tour_lead",
            "base.group_user,stock.group_stock_user,"
            "crm_logistics_bridge.group_logistics_viewer",
            password="tour_lead",
        )
        self.start_tour("/odoo/control-tower", "logistics_tower", login="tour_lead")

    def test_return_inspection(self):
        order = self.make_order(self.contact, quantity=3)
        self.deliver(order)
        (row,) = order._logistics_return_lines()
        ref = self.env.ref
        rma = order._logistics_request_return(
            {
                "lines": {
                    row["key"]: {
                        "quantity": 1,
                        "reason": ref(
                            "crm_logistics_bridge.return_reason_not_needed"
                        ).id,
                        "condition": "sealed",
                    }
                },
                "operation": ref("rma.rma_operation_refund").id,
                "handover": "pickup",
            }
        )
        if rma.state == "draft":
            rma.action_confirm()
        rma._logistics_receive(1)
        self.make_user(
            "tour_inspector",
            "base.group_user,stock.group_stock_user,rma.rma_group_user_all,"
            "account.group_account_invoice",
            password="tour_inspector",
        )
        self.start_tour(
            f"/odoo/action-rma.rma_action/{rma.id}",
            "logistics_return_inspection",
            login="tour_inspector",
        )
        self.assertEqual(rma.logistics_inspection_ids.state, "done")
        self.assertEqual(rma.logistics_inspection_ids.disposition, "restock")


@tagged("post_install", "-at_install")
class TestToursPhone(TestTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_ticket_panel(self):
        self.ticket_tour()

    def test_portal(self):
        self.portal_tour()

    def test_quick_actions(self):
        self.quick_tour()

    def test_portal_return(self):
        self.return_tour()

    def test_tracking_link(self):
        self.track_tour()
