# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestPreference(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fee = cls.env["product.product"].create({"name": "Fee", "type": "service"})
        cls.fast, cls.slow = cls.env["delivery.carrier"].create(
            [
                {
                    "name": name,
                    "product_id": fee.id,
                    "delivery_type": "fixed",
                    "fixed_price": 3.0,
                }
                for name in ("Quick Parcel", "Slow Parcel")
            ]
        )

    def delivered(self, carrier, promise, count):
        for _number in range(count):
            order = self.make_order(self.contact, commitment_date=promise)
            order.picking_ids.carrier_id = carrier
            self.deliver(order)
            order.picking_ids.date_delivered = "2026-03-03 10:00:00"

    def test_often_and_on_time_is_proposed(self):
        self.delivered(self.slow, "2020-01-01 00:00:00", 4)
        self.delivered(self.fast, "2099-01-01 00:00:00", 3)
        order = self.make_order(self.contact, confirm=False)
        self.assertEqual(
            order.logistics_preferred_carrier_id, self.fast, "4 late are worth less"
        )
        self.assertEqual(order.logistics_preferred_warehouse_id, self.warehouse)
        self.assertIn(
            "Quick Parcel (3 of 7, 100 % on time)", order.logistics_preference
        )
        self.assertIn("in the morning", order.logistics_preference)
        order.action_logistics_use_preference()
        self.assertEqual(order.carrier_id, self.fast)
        self.assertEqual(order.order_line.filtered("is_delivery").price_unit, 3.0)
        order.action_confirm()
        self.assertFalse(order.logistics_preference)
        with self.assertRaisesRegex(UserError, "is confirmed"):
            order.action_logistics_use_preference()

    def test_two_deliveries_are_no_habit(self):
        self.delivered(self.fast, "2099-01-01 00:00:00", 2)
        order = self.make_order(self.contact, confirm=False)
        self.assertFalse(order.logistics_preference)

    def test_warehouses_compared(self):
        second = self.env["stock.warehouse"].create({"name": "Busan", "code": "BSN"})
        order = self.make_order(self.contact, confirm=False)
        options = self.env["logistics.preference"]._warehouse_options(
            order, self.fast.browse()
        )
        self.assertEqual([option["warehouse"] for option in options][0], self.warehouse)
        short = {option["warehouse"]: option["short"] for option in options}
        self.assertEqual(short[second], ["Sterile Gloves"])
        self.assertIn("Missing: Sterile Gloves", order.logistics_warehouse_options)
        order.order_line = [Command.clear()]
        self.assertNotIn("Missing", order.logistics_warehouse_options)

    def test_price_and_distance_of_each_warehouse(self):
        korea = self.env.ref("base.kr")
        self.warehouse.partner_id.write({"country_id": korea.id, "zip": "04780"})
        second = self.env["stock.warehouse"].create({"name": "Busan", "code": "BSN"})
        second.partner_id = self.env["res.partner"].create(
            {"name": "Busan", "country_id": korea.id, "zip": "47392"}
        )
        self.contact.write({"country_id": korea.id, "zip": "04500"})
        order = self.make_order(self.contact, confirm=False)
        options = self.env["logistics.preference"]._warehouse_options(order, self.fast)
        found = {option["warehouse"]: option for option in options}
        self.assertEqual(found[self.warehouse]["price"], 3.0)
        self.assertEqual((found[self.warehouse]["near"], found[second]["near"]), (0, 2))
        order.carrier_id = self.fast
        self.assertIn("3.00", order.logistics_warehouse_options)
        self.assertIn("same district", order.logistics_warehouse_options)
        options = self.env["logistics.preference"]._warehouse_options(
            order, self.fast.browse()
        )
        self.assertEqual({option["price"] for option in options}, {None})
        order.carrier_id = False
        self.assertIn("only the carrier knows", order.logistics_warehouse_options)
        self.assertEqual(order.warehouse_id, self.warehouse, "nothing was changed")

    def test_usual_pickup_place(self):
        place = self.env["res.partner"].create(
            {
                "name": "Corner Shop",
                "type": "delivery",
                "parent_id": self.customer.id,
                "is_pickup_location": True,
            }
        )
        for _number in range(3):
            order = self.make_order(self.contact, partner_shipping_id=place.id)
            self.deliver(order)
        order = self.make_order(self.contact, confirm=False)
        self.assertIn("Corner Shop (3 of 3", order.logistics_preference)
