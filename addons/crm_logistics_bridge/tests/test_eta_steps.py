# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import LogisticsCase

NOW = "2026-03-02 09:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEtaSteps(LogisticsCase):
    """Dates per line, of deliveries in steps, over holidays, and of goods to come."""

    def learn(self, leads=tuple(range(1, 11))):
        self.env["logistics.eta.lane"].search([]).unlink()
        self.make_history(leads)
        self.env["logistics.eta.lane"].action_learn_from_history()

    def make_receipt(self, quantity, date):
        vendor = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": vendor.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "scheduled_date": date,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.scarce.id,
                            "product_uom_qty": quantity,
                            "location_id": vendor.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "date": date,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        return receipt

    def refresh(self, *orders):
        for order in orders:
            order.picking_ids._logistics_refresh_eta()

    # -- several steps -------------------------------------------------------
    def test_three_steps_have_a_date_from_the_start(self):
        self.learn()
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self.make_order()
        pick = order.picking_ids
        self.assertEqual(
            (len(pick), pick.picking_type_code), (1, "internal"), "no delivery yet"
        )
        start = datetime.fromisoformat(NOW)
        self.assertEqual(pick.logistics_eta_date, start + timedelta(days=5))
        self.assertEqual(order.logistics_eta_date, start + timedelta(days=5))
        self.assertEqual(order.order_line.logistics_eta_date, order.logistics_eta_date)
        promise = order.logistics_promise_date
        self.assertEqual(promise, start + timedelta(days=9))
        for count in (2, 3):
            self.deliver(order)
            self.assertEqual(len(order.picking_ids), count)
            self.assertFalse(pick.logistics_eta_date, "the next step has taken over")
            last = order.picking_ids.sorted("id")[-1]
            self.assertTrue(last.logistics_eta_date)
            self.assertEqual(last.logistics_promise_date, promise, "promise goes along")
            self.assertEqual(order.logistics_promise_date, promise)
        self.assertEqual(last.picking_type_code, "outgoing")
        self.deliver(order)
        self.assertEqual(last.logistics_eta_source, "delivered")
        self.assertEqual(order.logistics_promise_date, promise)

    def test_portal_and_panel_show_the_first_step(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.make_order()
        (tracking,) = order._logistics_portal_tracking()
        self.assertEqual(tracking["name"], order.picking_ids.name)
        (row,) = self.env["logistics.overview"]._overview(self.contact)["arrivals"]
        self.assertEqual(row["id"], order.picking_ids.id)

    def test_backorder_keeps_the_promise(self):
        self.learn()
        order = self.make_order(quantity=10)
        promise = order.logistics_promise_date
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        with freeze_time("2026-03-05 09:00:00"):
            picking._action_done()
            self.settle()
        rest = order.picking_ids - picking
        self.assertEqual(rest.logistics_promise_date, promise)

    # -- per line ------------------------------------------------------------
    def test_a_line_that_is_there_does_not_wait_for_the_other(self):
        self.learn()
        self.make_receipt(50, "2026-03-12 09:00:00")
        order = self.make_order(confirm=False)
        order.order_line = [
            Command.create({"product_id": self.scarce.id, "product_uom_qty": 5})
        ]
        order.action_confirm()
        self.settle()
        gloves, gauze = order.order_line
        self.assertEqual(gloves.logistics_eta_date, datetime(2026, 3, 7, 9))
        self.assertEqual(gauze.logistics_eta_date, datetime(2026, 3, 17, 9))
        self.assertEqual((gloves.logistics_late, gauze.logistics_late), (False, True))
        self.assertEqual(order.logistics_eta_date, datetime(2026, 3, 17, 9))
        order.picking_policy = "one"
        order.picking_ids.move_type = "one"
        self.refresh(order)
        self.assertEqual(gloves.logistics_eta_date, datetime(2026, 3, 17, 9))

    # -- goods to come -------------------------------------------------------
    def test_receipts_serve_first_come_first_served(self):
        self.learn()
        self.make_receipt(8, "2026-03-10 09:00:00")
        self.make_receipt(5, "2026-03-20 09:00:00")
        first, second, third, fourth = (
            self.make_order(product=self.scarce, quantity=quantity)
            for quantity in (5, 4, 4, 1)
        )
        self.refresh(first, second, third, fourth)
        self.assertEqual(first.logistics_eta_date, datetime(2026, 3, 15, 9))
        # 9 are wanted by then, 8 come: the second waits for the next receipt
        self.assertEqual(second.logistics_eta_date, datetime(2026, 3, 25, 9))
        self.assertEqual(third.logistics_eta_date, datetime(2026, 3, 25, 9))
        waiting = self.env["stock.picking"]._logistics_waiting(fourth.picking_ids.ids)
        self.assertEqual(
            waiting,
            {fourth.picking_ids.id: {self.scarce.id: None}},
            "13 come, 14 wanted",
        )
        # an urgent order goes to the head of the queue
        fourth.picking_ids.move_ids.priority = "1"
        self.refresh(first, fourth)
        self.assertEqual(fourth.logistics_eta_date, datetime(2026, 3, 15, 9))

    def test_manual_reservation_is_not_out_of_stock(self):
        self.learn()
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.make_order()
        picking = order.picking_ids
        self.assertEqual(picking.state, "confirmed", "nothing is reserved")
        self.assertFalse(self.env["stock.picking"]._logistics_waiting(picking.ids))
        with freeze_time("2026-03-15 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
            self.assertEqual(picking.logistics_late_reason, "not_picked")

    def test_free_goods_go_to_the_head_of_the_queue(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        self.env["stock.quant"]._update_available_quantity(
            self.scarce, self.warehouse.lot_stock_id, 6
        )
        first = self.make_order(product=self.scarce, quantity=4)
        second = self.make_order(product=self.scarce, quantity=4)
        ids = (first | second).picking_ids.ids
        self.assertEqual(
            list(self.env["stock.picking"]._logistics_waiting(ids)),
            second.picking_ids.ids,
        )

    def test_goods_in_the_input_zone_count(self):
        self.learn()
        self.warehouse.reception_steps = "two_steps"
        order = self.make_order(product=self.scarce, quantity=3)
        vendor = self.env.ref("stock.stock_location_suppliers")
        receipt = self.make_receipt(3, "2026-03-06 09:00:00")
        receipt.move_ids.location_dest_id = self.warehouse.wh_input_stock_loc_id
        self.assertEqual(receipt.move_ids.location_id, vendor)
        self.refresh(order)
        waiting = self.env["stock.picking"]._logistics_waiting(order.picking_ids.ids)
        self.assertEqual(
            waiting,
            {order.picking_ids.id: {self.scarce.id: datetime(2026, 3, 6, 9)}},
        )

    # -- calendars -----------------------------------------------------------
    def test_public_holidays_do_not_count(self):
        self.learn()
        self.company.write(
            {
                "logistics_eta_holidays": True,
                "country_id": self.env.ref("base.kr").id,
            }
        )
        # Labour Day is no bank holiday; Children's Day (May 5) is
        with freeze_time("2026-05-04 09:00:00"):
            order = self.make_order()
        self.assertEqual(order.logistics_eta_date, datetime(2026, 5, 10, 9))

    def test_days_off_of_the_company_do_not_count(self):
        self.learn()
        self.company.logistics_eta_holidays = True
        self.company.country_id = False
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Stocktaking",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-03 00:00:00",
                "date_to": "2026-03-04 23:59:59",
            }
        )
        order = self.make_order()
        self.assertEqual(order.logistics_eta_date, datetime(2026, 3, 9, 9))

    def test_cut_off_of_the_warehouse_goes_first(self):
        self.learn()
        self.warehouse.logistics_cutoff_hour = 18.0
        with freeze_time("2026-03-02 16:00:00"):
            order = self.make_order()
        self.assertEqual(order.logistics_eta_date, datetime(2026, 3, 7, 16))
