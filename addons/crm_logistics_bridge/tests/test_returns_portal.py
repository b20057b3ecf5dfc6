# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo.tests import HttpCase, tagged

from .common import LogisticsData
from .test_returns import ReturnsData


@tagged("post_install", "-at_install")
class TestReturnsPortal(ReturnsData, LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.set_up_returns()
        cls.make_user(
            "portal_return",
            "base.group_portal",
            password="portal_return",
            partner_id=cls.contact.id,
        )
        cls.order = cls.make_order(cls.contact, quantity=3)
        cls.deliver(cls.order)
        cls.foreign = cls.make_order(cls.other)
        cls.deliver(cls.foreign)
        cls.path = f"/my/orders/{cls.order.id}/return"

    def setUp(self):
        super().setUp()
        self.authenticate("portal_return", "portal_return")

    def send(self, path=None, files=None, **values):
        page = self.url_open(path or self.path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        key = self.order._logistics_return_lines()[0]["key"]
        values = {name.replace("KEY", key): value for name, value in values.items()}
        return self.url_open(
            path or self.path,
            data={"csrf_token": found and found[1], **values},
            files=files,
        )

    def values(self, **values):
        return {
            "quantity-KEY": "2",
            "reason-KEY": str(self.unneeded.id),
            "condition-KEY": "sealed",
            "operation": str(self.refund.id),
            "handover": "dropoff",
            "dropoff": str(self.warehouse.id),
            "note": "포장 그대로입니다",
            **values,
        }

    def test_customer_requests_a_return(self):
        page = self.url_open(f"/my/orders/{self.order.id}")
        self.assertIn(self.path, page.text)
        self.assertNotIn("modal-request-rma", page.text)
        page = self.send(**self.values())
        self.assertIn("o_logistics_return_done", page.text)
        rma = self.env["rma"].search([("order_id", "=", self.order.id)])
        self.assertEqual((rma.product_uom_qty, rma.state), (2, "confirmed"))
        self.assertEqual(rma.logistics_dropoff_id, self.warehouse)
        self.assertIn("포장 그대로입니다", rma.description)
        self.assertIn(rma.name, page.text)

    def test_refusal_keeps_what_was_filled_in(self):
        page = self.send(**self.values(**{"condition-KEY": "used"}))
        self.assertIn("o_logistics_refusals", page.text)
        self.assertIn("Opened, not used", page.text)
        self.assertIn("포장 그대로입니다", page.text)
        self.assertFalse(self.env["rma"].search([("order_id", "=", self.order.id)]))

    def test_nonsense_is_refused(self):
        for values in (
            {"quantity-KEY": "-1"},
            {"quantity-KEY": "nan"},
            {"quantity-KEY": "1e9"},
            {"reason-KEY": "999999"},
            {"quantity-999999": "1"},
            {"condition-KEY": "x"},
            {"dropoff": "999999"},
            {"handover": "pickup", "pickup_date": "2001-01-01"},
        ):
            page = self.send(**self.values(**values))
            self.assertEqual(page.status_code, 200, values)
            self.assertIn("o_logistics_refusals", page.text, values)
        self.assertFalse(self.env["rma"].search([("order_id", "=", self.order.id)]))

    def test_another_customers_order_is_closed(self):
        page = self.url_open(f"/my/orders/{self.foreign.id}/return")
        self.assertNotIn(self.foreign.name, page.text)
        token = self.foreign.picking_ids
        values = self.values()
        page = self.url_open(self.path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        self.url_open(
            f"/my/orders/{self.foreign.id}/return",
            data={"csrf_token": found[1], **values},
        )
        self.assertFalse(self.env["rma"].search([("picking_id", "=", token.id)]))

    def test_the_way_past_the_policy_is_closed(self):
        page = self.url_open(f"/my/requestrma/{self.order.id}")
        self.assertTrue(page.url.endswith(self.path))
        page = self.url_open(self.path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        self.url_open(
            f"/my/orders/{self.order.id}/requestrma",
            data={
                "csrf_token": found[1],
                "0-quantity": "3",
                "0-product_id": str(self.product.id),
                "0-operation_id": str(self.refund.id),
            },
        )
        self.assertFalse(self.env["rma"].search([("order_id", "=", self.order.id)]))
