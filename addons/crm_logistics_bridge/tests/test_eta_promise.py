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
class TestEtaPromise(LogisticsCase):
    def learn(self, leads=tuple(range(1, 11))):
        self.env["logistics.eta.lane"].search([]).unlink()
        self.make_history(leads)
        self.env["logistics.eta.lane"].action_learn_from_history()

    def test_without_history_the_scheduled_date_says_so(self):
        self.env["logistics.eta.lane"].search([]).unlink()
        picking = self.make_order().picking_ids
        self.assertEqual(picking.logistics_eta_source, "scheduled")
        self.assertEqual(picking.logistics_eta_date, picking.scheduled_date)

    def test_lanes_are_learned_from_own_deliveries(self):
        self.learn()
        lane = self.env["logistics.eta.lane"].search(
            [
                ("company_id", "=", self.company.id),
                ("stage", "=", "order"),
                ("warehouse_id", "=", self.warehouse.id),
                ("level", "=", "1"),
            ]
        )
        self.assertEqual((lane.observations, lane.p50, lane.p90), (10, 5.0, 9.0))
        run = self.env["logistics.job.run"].search(
            [("job", "=", "learn")], order="id desc", limit=1
        )
        self.assertEqual((run.state, run.row_count), ("done", 10))

    def test_order_gets_expected_and_promised_date(self):
        self.learn()
        order = self.make_order()
        start = datetime.fromisoformat(NOW)
        self.assertEqual(order.logistics_eta_date, start + timedelta(days=5))
        self.assertEqual(order.logistics_promise_date, start + timedelta(days=9))
        self.assertFalse(order.logistics_late)
        self.assertEqual(order.picking_ids.logistics_eta_source, "learned")

    def test_after_the_cut_off_the_clock_starts_tomorrow(self):
        self.learn()
        with freeze_time("2026-03-02 16:00:00"):
            order = self.make_order()
        self.assertEqual(order.logistics_eta_date, datetime(2026, 3, 8))

    def test_promise_stays_and_lateness_has_a_reason(self):
        self.learn()
        order, waiting = self.make_order(), self.make_order(product=self.scarce)
        promise = order.logistics_promise_date
        ticket = self.make_ticket(f"주문 {order.name} 안 왔어요")
        self.assertFalse(ticket.logistics_delayed)
        with freeze_time("2026-03-15 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
            self.assertEqual(order.logistics_promise_date, promise)
            self.assertGreater(order.logistics_eta_date, promise)
            self.assertEqual(
                (order.logistics_late, order.logistics_late_reason),
                (True, "not_picked"),
            )
            self.assertEqual(waiting.logistics_late_reason, "out_of_stock")
            ticket.invalidate_recordset()
            self.assertTrue(ticket.logistics_delayed)
            self.assertIn(order.picking_ids.name, ticket.logistics_delay_note)
            self.assertIn("Not picked", ticket.logistics_delay_note)
            found = self.env["helpdesk.ticket"].search(
                [("logistics_delayed", "=", True)]
            )
            self.assertIn(ticket, found)
            self.deliver(order)
            self.assertFalse(order.logistics_late)
            self.assertEqual(order.picking_ids.logistics_eta_source, "delivered")

    def test_with_the_carrier_the_reason_is_the_carrier(self):
        self.learn()
        order = self.make_order()
        self.deliver(order)
        order.picking_ids.delivery_state = "in_transit"
        with freeze_time("2026-03-20 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
            self.assertEqual(order.logistics_late_reason, "carrier")
            order.picking_ids.write(
                {
                    "delivery_state": "customer_delivered",
                    "date_delivered": "2026-03-20 08:00:00",
                }
            )
            self.settle()
        self.assertFalse(order.logistics_late)
        self.assertEqual(order.logistics_eta_date, datetime(2026, 3, 20, 8))

    def test_partly_reserved_waits_for_the_missing_article(self):
        """Reason, names in the panel and the ticket's banner are one truth."""
        self.learn()
        order = self.make_order(confirm=False)
        order.order_line = [
            Command.create({"product_id": self.scarce.id, "product_uom_qty": 5})
        ]
        order.action_confirm()
        self.settle()
        picking = order.picking_ids
        self.assertEqual(picking.state, "assigned", "gloves are reserved, gauze is not")
        ticket = self.make_ticket(f"주문 {order.name} 안 왔어요")
        with freeze_time("2026-03-15 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
            self.assertEqual(picking.logistics_late_reason, "out_of_stock")
            self.assertIn("Out of stock (Scarce Gauze)", ticket.logistics_delay_note)
            (row,) = self.env["logistics.overview"]._overview(self.contact)["arrivals"]
            self.assertEqual(
                (row["reason"], row["missing"]), ("Out of stock", ["Scarce Gauze"])
            )
            tracking = order._logistics_portal_tracking()[0]
            self.assertEqual(tracking["reason"], "Out of stock (Scarce Gauze)")
            # the receipt of the gauze reserves the moves that wait for it
            self.env["stock.quant"]._update_available_quantity(
                self.scarce, self.warehouse.lot_stock_id, 100
            )
            picking.move_ids._action_assign()
            self.settle()
            self.assertEqual(picking.logistics_late_reason, "not_picked")
            (row,) = self.env["logistics.overview"]._overview(self.contact)["arrivals"]
            self.assertEqual((row["reason"], row["missing"]), ("Not picked", []))

    def test_missing_goods_arrive_after_their_receipt(self):
        self.learn()
        order = self.make_order(product=self.scarce)
        picking = order.picking_ids
        self.assertEqual(picking.logistics_eta_source, "nothing")
        self.assertFalse(picking.logistics_eta_date, "a date would be a guess")
        self.assertTrue(picking.logistics_promise_date)
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "scheduled_date": "2026-03-12 09:00:00",
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.scarce.id,
                            "product_uom_qty": 50,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "date": "2026-03-12 09:00:00",
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        promise = picking.logistics_promise_date
        picking._logistics_refresh_eta()
        self.assertEqual(picking.logistics_eta_source, "restock")
        self.assertEqual(picking.logistics_eta_date, datetime(2026, 3, 17, 9))
        self.assertEqual(picking.logistics_promise_date, promise, "a promise stays")
        self.assertEqual(
            (picking.logistics_late, picking.logistics_late_reason),
            (True, "out_of_stock"),
        )

    def test_date_asked_for_is_the_promise(self):
        self.learn()
        order = self.make_order(commitment_date="2026-04-01 09:00:00")
        self.assertEqual(order.logistics_promise_date, datetime(2026, 4, 1, 9))
        self.assertEqual(order.logistics_eta_date, datetime(2026, 4, 1, 9))

    def test_refresh_takes_the_same_queries_for_many(self):
        self.learn()
        orders = self.env["sale.order"]
        for _index in range(12):
            orders |= self.make_order()

        def count(pickings):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            pickings._logistics_refresh_eta()
            return self.env.cr.sql_log_count - before

        count(orders.picking_ids)
        self.assertEqual(count(orders[:2].picking_ids), count(orders.picking_ids))

    def test_failed_learning_is_told(self):
        self.company.logistics_eta_history_days = 0
        result = self.env["logistics.eta.lane"].action_learn_from_history()
        self.assertIn("No completed delivery", result["params"]["message"])
