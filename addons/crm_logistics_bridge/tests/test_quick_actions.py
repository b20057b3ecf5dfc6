# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LogisticsCase

NOW = "2026-03-02 09:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestQuickActions(LogisticsCase):
    """An agent with helpdesk rights only does these, and nothing beyond."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent()
        cls.partners = cls.env["res.partner"].with_user(cls.agent)
        cls.shop = cls.env["res.partner"].create(
            {
                "name": "Hanbit Branch",
                "parent_id": cls.customer.id,
                "type": "delivery",
                "city": "Busan",
            }
        )
        cls.order = cls.make_order(cls.contact, quantity=4)

    def act(self, kind, order=None, partner=None, **values):
        return self.partners.do_logistics_quick_action(
            (partner or self.contact).id, (order or self.order).id, kind, values
        )

    def choices(self, order=None):
        return self.partners.get_logistics_quick_action(
            self.contact.id, (order or self.order).id
        )

    def test_address_before_shipping(self):
        choices = self.choices()
        self.assertIn(self.shop.id, [row["id"] for row in choices["addresses"]])
        self.act("address", address=self.shop.id)
        self.assertEqual(self.order.partner_shipping_id, self.shop)
        self.assertEqual(self.order.picking_ids.partner_id, self.shop)
        note = self.order.message_ids[0]
        self.assertEqual(note.author_id, self.agent.partner_id)
        self.assertIn("Busan", note.body)
        with self.assertRaisesRegex(UserError, "address of this customer"):
            self.act("address", address=self.other.id)

    def test_date_before_shipping(self):
        self.act("date", date="2026-03-20")
        self.settle()
        self.assertEqual(self.order.commitment_date.date(), date(2026, 3, 20))
        self.assertEqual(self.order.logistics_promise_date.date(), date(2026, 3, 20))
        for value, words in (
            ("2026-03-01", "has passed"),
            ("soon", "Choose a date"),
            (None, "Choose a date"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.act("date", date=value)

    def test_what_has_left_stays(self):
        self.deliver(self.order)
        self.assertEqual(
            self.choices()["can"],
            {
                "address": False,
                "date": False,
                "resend": True,
                "unsend": False,
                "return": True,
                "notify": True,
            },
        )
        with self.assertRaisesRegex(UserError, "has left already; its address"):
            self.act("address", address=self.shop.id)
        with self.assertRaisesRegex(UserError, "has left already; its date"):
            self.act("date", date="2026-03-20")

    def test_resend_sends_what_was_delivered_and_not_more(self):
        line = str(self.order.order_line.id)
        with self.assertRaisesRegex(UserError, "Choose what to send again"):
            self.act("resend", lines={line: 1})
        self.deliver(self.order)
        told = self.act("resend", lines={line: 3})
        self.assertIn("3 × Sterile Gloves", told)
        again = self.env["stock.picking"].search(
            [("logistics_resend_order_id", "=", self.order.id)]
        )
        self.assertEqual(again.move_ids.product_uom_qty, 3)
        self.assertEqual(
            (again.picking_type_code, again.partner_id),
            ("outgoing", self.order.partner_shipping_id),
        )
        with self.assertRaisesRegex(UserError, "at most 1 can be sent again"):
            self.act("resend", lines={line: 2})
        with self.assertRaisesRegex(UserError, "is no quantity"):
            self.act("resend", lines={line: -1})
        again.move_ids.picked = True
        again._action_done()
        self.assertEqual(self.order.order_line.qty_delivered, 4, "nothing to invoice")
        self.assertEqual(len(self.order.order_line), 1)
        names = [row["name"] for row in self.order._logistics_portal_tracking()]
        self.assertIn(again.name, names)

    def test_resend_in_steps(self):
        self.deliver(self.order)
        self.warehouse.delivery_steps = "pick_ship"
        self.act("resend", lines={str(self.order.order_line.id): 1})
        Picking = self.env["stock.picking"]
        domain = [("logistics_resend_order_id", "=", self.order.id)]
        pick = Picking.search(domain)
        self.assertEqual(pick.picking_type_code, "internal")
        pick.move_ids.picked = True
        pick._action_done()
        ship = Picking.search(domain) - pick
        self.assertEqual(ship.picking_type_code, "outgoing")

    def test_notify(self):
        self.act("notify", text="내일 도착합니다")
        message = self.order.message_ids.filtered(
            lambda m: self.contact in m.notified_partner_ids
        )
        self.assertEqual(len(message), 1)
        self.assertIn("내일 도착합니다", message.body)
        self.assertIn("/track/", message.body)
        with self.assertRaisesRegex(UserError, "Write what"):
            self.act("notify", text=" ")

    def test_gate(self):
        foreign = self.make_order(self.other)
        with self.assertRaisesRegex(UserError, "no such order"):
            self.act("date", order=foreign, date="2026-03-20")
        with self.assertRaisesRegex(UserError, "no action"):
            self.act("delete")
        viewer = self.make_user("viewer", "crm_logistics_bridge.group_logistics_viewer")
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(viewer).do_logistics_quick_action(
                self.contact.id, self.order.id, "date", {"date": "2026-03-20"}
            )
        with self.assertRaises(AccessError):
            self.order.with_user(self.agent).write({"commitment_date": "2026-03-20"})

    def test_access_log(self):
        Log = self.env["logistics.access.log"]
        for _time in range(3):
            self.partners.get_logistics_overview(self.contact.id)
        looks = Log.search([("user_id", "=", self.agent.id)])
        self.assertEqual(looks.mapped("kind"), ["view"])
        self.assertEqual(looks.partner_id, self.customer)
        with freeze_time("2026-03-02 09:30:00"):
            self.partners.get_logistics_overview(self.contact.id)
        self.act("date", date="2026-03-20")
        logs = Log.search([("user_id", "=", self.agent.id)])
        self.assertEqual(sorted(logs.mapped("kind")), ["date", "view", "view"])
        self.assertIn(self.order.name, logs.filtered("detail").detail)
        with self.assertRaises(AccessError):
            Log.with_user(self.agent).search([])
        manager = self.make_user(
            "log_manager", "crm_logistics_bridge.group_logistics_manager"
        )
        self.assertTrue(Log.with_user(manager).search([]))
        with self.assertRaises(AccessError):
            looks.with_user(manager).unlink()

    def test_delivered_orders_are_in_the_panel(self):
        self.deliver(self.order)
        data = self.partners.get_logistics_overview(self.contact.id)
        self.assertIn(self.order.name, [row["name"] for row in data["delivered"]])
        self.assertTrue(data["can_act"])
