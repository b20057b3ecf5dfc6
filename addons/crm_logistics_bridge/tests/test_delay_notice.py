# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase

NOW = "2026-03-02 09:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDelayNotice(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(NOW):
            cls.env["logistics.eta.lane"].search([]).unlink()
            cls.make_history(range(1, 11))
            cls.env["logistics.eta.lane"].action_learn_from_history()
        cls.company.logistics_delay_notice = True
        cls.notices = cls.env["logistics.delay.notice"]

    def hours(self, start, count):
        """Recompute every hour, as the scheduled job does; notices sent meanwhile."""
        before = self.notices.search([])
        moment = datetime.fromisoformat(start)
        Picking = self.env["stock.picking"]
        for _hour in range(count):
            with freeze_time(moment):
                Picking._logistics_refresh_open(self.company)
                Picking._logistics_send_notices(self.company)
            moment += timedelta(hours=1)
        return self.notices.search([]) - before

    def test_a_week_of_recomputation_tells_one_slip_once(self):
        order = self.make_order(self.contact)
        notices = self.hours("2026-03-09 09:00:00", 24 * 7)
        self.assertEqual(len(notices), 1, notices.mapped("date"))
        self.assertEqual(notices.order_id, order)
        self.assertEqual(notices.baseline_date, order.logistics_promise_date)
        self.assertEqual(notices.state, "mail")
        messages = order.message_ids.filtered(
            lambda m: self.contact in m.notified_partner_ids
        )
        self.assertEqual(len(messages), 1)
        self.assertIn(f"Your delivery {order.name} is late", messages.subject)
        self.assertIn(order.picking_ids.name, messages.body)

    def test_a_new_slip_past_the_date_told_is_told(self):
        order = self.make_order(commitment_date="2026-03-04 09:00:00")
        picking = order.picking_ids
        first = self.hours("2026-03-03 09:00:00", 30)
        self.assertEqual(len(first), 1)
        told = picking.logistics_told_date
        self.assertEqual(told, first.told_date)
        # the goods get a new and later date: one more notice, for the date told before
        self.env.cr.execute(
            "UPDATE stock_picking SET logistics_eta_date = %s, "
            "logistics_eta_latest_date = %s, logistics_late = TRUE WHERE id = %s",
            (told + timedelta(days=3), told + timedelta(days=5), picking.id),
        )
        picking.invalidate_recordset()
        with freeze_time("2026-03-06 09:00:00"):
            for _time in range(5):
                self.env["stock.picking"]._logistics_send_notices(self.company)
        second = self.notices.search([("picking_id", "=", picking.id)]) - first
        self.assertEqual(len(second), 1)
        self.assertEqual(second.baseline_date, told)
        self.assertEqual(second.told_date, told + timedelta(days=5))

    def test_one_message_for_two_deliveries_of_an_order(self):
        order = self.make_order(quantity=10, commitment_date="2026-03-04 09:00:00")
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        picking._action_done()
        picking.delivery_state = "in_transit"
        self.settle()
        count = len(order.message_ids)
        notices = self.hours("2026-03-20 09:00:00", 3)
        self.assertEqual(len(notices), 2)
        self.assertEqual(len(notices.filtered("parent_id")), 1)
        self.assertEqual(len(order.message_ids), count + 1)

    def test_the_next_step_inherits_what_was_told(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.make_order(commitment_date="2026-03-03 09:00:00")
        self.assertEqual(len(self.hours("2026-03-04 09:00:00", 3)), 1)
        told = order.picking_ids.logistics_told_date
        self.assertTrue(told)
        with freeze_time("2026-03-04 13:00:00"):
            self.deliver(order)
        delivery = order.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing"
        )
        self.assertEqual(delivery.logistics_told_date, told)
        self.assertFalse(self.hours("2026-03-04 14:00:00", 12))

    def test_old_delays_make_no_storm(self):
        self.company.logistics_delay_notice = False
        self.make_order(commitment_date="2026-02-02 09:00:00")
        self.assertFalse(self.hours("2026-03-03 09:00:00", 2))
        self.company.logistics_delay_notice = True
        self.assertFalse(self.hours("2026-03-03 11:00:00", 2))

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        template = self.env.ref("crm_logistics_bridge.mail_template_delay_notice")
        template.with_context(
            lang="ko_KR"
        ).subject = "{{ object.order_id.name }} 배송이 늦어지고 있습니다"
        self.contact.lang = "ko_KR"
        order = self.make_order(self.contact, commitment_date="2026-03-03 09:00:00")
        self.hours("2026-03-04 09:00:00", 1)
        self.assertIn(
            f"{order.name} 배송이 늦어지고 있습니다",
            order.message_ids.mapped("subject"),
        )

    def test_without_address_the_portal_alone_tells(self):
        nobody = self.env["res.partner"].create({"name": "No Address"})
        self.make_order(nobody, commitment_date="2026-03-03 09:00:00")
        self.assertEqual(
            self.hours("2026-03-04 09:00:00", 2).mapped("state"), ["portal"]
        )

    def test_sms_where_the_company_asks_for_it(self):
        if "sms.sms" not in self.env:
            self.skipTest("Odoo's SMS application is not installed")
        self.company.logistics_delay_notice_sms = True
        self.contact.phone = "+82 10 1234 5678"
        order = self.make_order(self.contact, commitment_date="2026-03-03 09:00:00")
        notice = self.hours("2026-03-04 09:00:00", 2)
        self.assertEqual(notice.state, "sms")
        sms = self.env["sms.sms"].search([("partner_id", "=", self.contact.id)])
        self.assertEqual(len(sms), 1)
        self.assertIn(order.name, sms.body)

    def test_the_database_refuses_a_second_notice(self):
        order = self.make_order(commitment_date="2026-03-03 09:00:00")
        notice = self.hours("2026-03-04 09:00:00", 1)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.notices.create(
                {
                    "company_id": self.company.id,
                    "picking_id": order.picking_ids.id,
                    "baseline_date": notice.baseline_date,
                }
            )
