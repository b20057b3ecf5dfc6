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
class TestEtaSupply(LogisticsCase):
    """Goods that nobody has ordered, and carriers that nobody hears of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(NOW):
            cls.env["logistics.eta.lane"].search([]).unlink()
            cls.make_history(range(1, 11))
            cls.env["logistics.eta.lane"].action_learn_from_history()
        cls.vendor = cls.env["res.partner"].create({"name": "Gauze Mill"})

    def order_of_both(self):
        order = self.make_order(confirm=False, picking_policy="direct")
        order.order_line = [
            Command.create({"product_id": self.scarce.id, "product_uom_qty": 5})
        ]
        order.action_confirm()
        self.settle()
        return order

    def test_nothing_ordered_has_no_date(self):
        order = self.order_of_both()
        picking = order.picking_ids
        self.assertEqual(picking.logistics_eta_source, "nothing")
        self.assertFalse(
            picking.logistics_eta_date or picking.logistics_eta_latest_date
        )
        self.assertFalse(order.logistics_eta_date, "the last delivery has no date")
        there, missing = order.order_line
        self.assertTrue(there.logistics_eta_date, "what is there can go")
        self.assertFalse(missing.logistics_eta_date)
        self.assertFalse(picking.logistics_late, "the promise can still be kept")
        (row,) = self.env["logistics.overview"]._overview(self.contact)["arrivals"]
        self.assertTrue(row["undated"])
        self.assertEqual(row["basis"], "No date: nothing has been ordered")
        (tracking,) = order._logistics_portal_tracking()
        self.assertTrue(tracking["undated"])

    def test_a_date_once_known_is_forgotten_with_the_order_for_it(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.vendor.id,
                "product_tmpl_id": self.scarce.product_tmpl_id.id,
                "delay": 7,
            }
        )
        order = self.make_order(product=self.scarce)
        line = order.order_line
        self.assertTrue(line.logistics_eta_date)
        self.scarce.seller_ids.unlink()
        order.picking_ids._logistics_refresh_eta()
        self.assertFalse(line.logistics_eta_date)
        self.assertFalse(order.logistics_eta_date)

    def test_the_vendors_lead_time_dates_what_is_not_ordered(self):
        self.env["product.supplierinfo"].create(
            [
                {
                    "partner_id": self.vendor.id,
                    "product_tmpl_id": self.scarce.product_tmpl_id.id,
                    "delay": delay,
                    "sequence": sequence,
                    **dates,
                }
                for sequence, delay, dates in (
                    (1, 2, {"date_end": "2026-01-01"}),
                    (2, 10, {}),
                    (3, 1, {}),
                )
            ]
        )
        if "days_to_purchase" in self.company._fields:
            self.company.days_to_purchase = 0
        picking = self.make_order(product=self.scarce).picking_ids
        self.assertEqual(picking.logistics_eta_source, "vendor")
        # in on the 12th, then five days as past deliveries took
        self.assertEqual(picking.logistics_eta_date, datetime(2026, 3, 17, 9))
        if "days_to_purchase" in self.company._fields:
            self.company.days_to_purchase = 2
            picking._logistics_refresh_eta()
            self.assertEqual(picking.logistics_eta_date, datetime(2026, 3, 19, 9))

    def test_without_a_date_it_is_late_when_it_must_be_and_told_once(self):
        order = self.make_order(
            self.contact, product=self.scarce, commitment_date="2026-03-04 09:00:00"
        )
        picking = order.picking_ids
        Picking = self.env["stock.picking"]
        notices = self.env["logistics.delay.notice"]
        moment = datetime(2026, 3, 5, 9)
        for _hour in range(48):
            with freeze_time(moment):
                Picking._logistics_refresh_open(self.company)
                notices |= Picking._logistics_send_notices(self.company)
            moment += timedelta(hours=1)
        self.assertTrue(picking.logistics_late)
        self.assertEqual(picking.logistics_late_reason, "out_of_stock")
        self.assertEqual(len(notices), 1)
        self.assertFalse(notices.dated)
        body = order.message_ids[0].body
        self.assertIn("working out a new date", body)

    def test_in_two_steps_it_stays_on_the_screens(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.make_order(self.contact, product=self.scarce)
        picking = order.picking_ids
        self.assertEqual(picking.picking_type_code, "internal")
        self.assertEqual(picking.logistics_eta_source, "nothing")
        (row,) = self.env["logistics.overview"]._overview(self.contact)["arrivals"]
        self.assertEqual(row["id"], picking.id)
        tower = self.env["logistics.control.tower"].get_tower()
        ids = [i for row in tower["grid"].values() for i in row["blocked"]]
        self.assertIn(picking.id, ids)

    def carrier(self, name):
        product = self.env["product.product"].create({"name": name, "type": "service"})
        return self.env["delivery.carrier"].create(
            {"name": name, "product_id": product.id, "delivery_type": "fixed"}
        )

    def test_a_carrier_that_never_reports_keeps_nobody_waiting(self):
        order = self.make_order(carrier_id=self.carrier("Silent").id)
        self.deliver(order)
        picking = order.picking_ids
        self.assertEqual(picking.delivery_state, "shipping_recorded_in_carrier")
        self.assertFalse(picking.logistics_under_way)
        self.assertEqual(picking.logistics_eta_source, "delivered")
        with freeze_time("2026-05-02 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
        self.assertFalse(picking.logistics_late)

    def test_a_carrier_that_reports_is_waited_for_a_month_at_most(self):
        carrier = self.carrier("Reporting")
        before = self.make_order(carrier_id=carrier.id)
        self.deliver(before)
        before.picking_ids.date_delivered = "2026-03-02 12:00:00"
        self.settle()
        order = self.make_order(carrier_id=carrier.id)
        self.deliver(order)
        picking = order.picking_ids
        self.assertTrue(picking.logistics_under_way)
        with freeze_time("2026-03-25 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
        self.assertTrue(picking.logistics_under_way and picking.logistics_late)
        with freeze_time("2026-04-15 09:00:00"):
            self.env["stock.picking"]._logistics_refresh_open(self.company)
        self.assertFalse(picking.logistics_under_way or picking.logistics_late)
        # something was reported about this parcel: it is waited for
        picking.delivery_state = "incident"
        self.settle()
        self.assertTrue(picking.logistics_under_way)
