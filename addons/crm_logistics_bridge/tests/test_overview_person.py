# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestOverviewPerson(LogisticsCase):
    """Who the customer is, when deliveries suit, and what an agent may see and undo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent("person_agent")

    def overview(self, partner=None):
        Partner = self.env["res.partner"].with_user(self.agent)
        return Partner.get_logistics_overview((partner or self.contact).id)

    def test_segment_is_tags_or_a_chosen_field(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        self.customer.category_id = tag
        self.assertEqual(self.overview()["partner"]["segments"], ["Key account"])
        field = self.env["ir.model.fields"]._get("res.partner", "logistics_criticality")
        self.company.logistics_segment_field_id = field
        self.customer.logistics_criticality = "2"
        self.assertEqual(self.overview()["partner"]["segments"], ["Hospital"])
        self.company.logistics_segment_field_id = self.env["ir.model.fields"]._get(
            "res.partner", "ref"
        )
        self.assertEqual(self.overview()["partner"]["segments"], [])

    def test_window_stated_and_usual(self):
        self.customer.write({"logistics_window_from": 9, "logistics_window_to": 12.5})
        self.assertEqual(self.overview()["partner"]["window"], "09:00 – 12:30")
        self.contact.logistics_window_note = "call first"
        self.assertEqual(self.overview()["partner"]["window"], "call first")
        for _index in range(2):
            order = self.make_order(self.contact)
            self.deliver(order)
            order.picking_ids.date_delivered = "2026-03-02 09:00:00"
        window = self.overview()["habits"]["window"]
        self.assertEqual(window, {"name": "in the morning", "share": 100})
        self.company.partner_id.tz = "Asia/Seoul"
        window = self.overview()["habits"]["window"]
        self.assertEqual(window["name"], "in the evening", "18:00 on Seoul's clock")

    def test_a_window_is_a_part_of_a_day(self):
        for first, last in ((12, 9), (-1, 5), (20, 25)):
            with self.assertRaisesRegex(ValidationError, "Hanbit Trading"):
                self.customer.write(
                    {"logistics_window_from": first, "logistics_window_to": last}
                )

    def test_no_cost_or_margin_in_any_raw_answer(self):
        self.product.standard_price = 4231.25
        self.scarce.standard_price = 7713.5
        for product in (self.product, self.scarce):
            self.make_order(self.contact, product=product)
        done = self.make_order(self.contact)
        self.deliver(done)
        Partner = self.env["res.partner"].with_user(self.agent)
        answers = {
            "panel": self.overview(),
            "timeline": self.env["logistics.timeline.event"]
            .with_user(self.agent)
            .get_timeline(self.contact.id, limit=200),
            "tower": self.env["logistics.control.tower"]
            .with_user(self.agent)
            .get_tower(),
            "action": Partner.get_logistics_quick_action(self.contact.id, done.id),
        }
        answers["lanes"] = (
            self.env["logistics.eta.lane"].with_user(self.agent).search_read([])
        )
        answers["comparison"] = str(
            self.make_order(self.contact, confirm=False).logistics_warehouse_options
        )
        for name, answer in answers.items():
            raw = json.dumps(answer, default=str)
            for secret in ("4231", "4,231", "7713", "7,713"):
                self.assertNotIn(secret, raw, name)
            for word in ("standard_price", "margin", "purchase_price", '"cost'):
                self.assertNotIn(word, raw.lower(), name)

    def test_agent_takes_a_resend_back(self):
        order = self.make_order(self.contact, quantity=3)
        self.deliver(order)
        Partner = self.env["res.partner"].with_user(self.agent)
        choices = Partner.get_logistics_quick_action(self.contact.id, order.id)
        self.assertFalse(choices["can"]["unsend"])
        line = str(order.order_line.id)
        Partner.do_logistics_quick_action(
            self.contact.id, order.id, "resend", {"lines": {line: 2}}
        )
        self.settle()
        (row,) = [row for row in self.overview()["arrivals"] if row["resent"]]
        self.assertEqual(row["order_name"], order.name)
        choices = Partner.get_logistics_quick_action(self.contact.id, order.id)
        self.assertEqual(choices["lines"][0]["quantity"], 1)
        self.assertTrue(choices["can"]["unsend"])
        told = Partner.do_logistics_quick_action(self.contact.id, order.id, "unsend")
        self.assertIn(choices["resent"][0], told)
        choices = Partner.get_logistics_quick_action(self.contact.id, order.id)
        self.assertEqual(choices["lines"][0]["quantity"], 3)
        with self.assertRaisesRegex(UserError, order.name):
            Partner.do_logistics_quick_action(self.contact.id, order.id, "unsend")

    def test_agent_requests_a_return_by_the_policies(self):
        order = self.make_order(self.contact, quantity=3)
        self.deliver(order)
        Partner = self.env["res.partner"].with_user(self.agent)
        self.assertFalse(self.env["rma"].with_user(self.agent).has_access("create"))
        choices = Partner.get_logistics_quick_action(self.contact.id, order.id)
        self.assertTrue(choices["can"]["return"])
        (line,) = choices["returns"]
        values = {
            "lines": {line["key"]: 2},
            "reason": self.env.ref("crm_logistics_bridge.return_reason_not_needed").id,
            "condition": "used",
            "operation": choices["operations"][0]["id"],
        }
        with self.assertRaisesRegex(UserError, "in this condition"):
            Partner.do_logistics_quick_action(
                self.contact.id, order.id, "return", values
            )
        told = Partner.do_logistics_quick_action(
            self.contact.id, order.id, "return", {**values, "condition": "sealed"}
        )
        rma = order.rma_ids
        self.assertIn(rma.name, told)
        self.assertEqual(rma.product_uom_qty, 2)
        for lines in ({line["key"]: -1}, {line["key"]: "x"}, {"0": 1}, {}):
            with self.assertRaises(UserError):
                Partner.do_logistics_quick_action(
                    self.contact.id,
                    order.id,
                    "return",
                    {**values, "condition": "sealed", "lines": lines},
                )

    def test_timeline_of_one_kind(self):
        order = self.make_order(self.contact)
        self.deliver(order)
        self.make_ticket("Where is it?")
        Event = self.env["logistics.timeline.event"].with_user(self.agent)
        kinds = {
            kind: {
                e["type"]
                for e in Event.get_timeline(self.contact.id, kind=kind)["events"]
            }
            for kind in ("order", "delivery", "ticket", "return", "nonsense")
        }
        self.assertEqual(kinds["order"], {"order"})
        self.assertEqual(kinds["delivery"], {"shipped"})
        self.assertEqual(kinds["ticket"], {"ticket"})
        self.assertFalse(kinds["return"] or kinds["nonsense"])


@tagged("post_install", "-at_install")
class TestQuietHours(LogisticsCase):
    """Notices keep to the customer's day, whatever the slips do meanwhile."""

    def slip(self, picking, eta, late=True):
        self.env.cr.execute(
            "UPDATE stock_picking SET logistics_eta_date = %(eta)s,"
            " logistics_eta_latest_date = %(eta)s, logistics_eta_source = 'learned',"
            " logistics_late = %(late)s WHERE id = %(id)s",
            {"eta": eta, "late": late, "id": picking.id},
        )
        picking.invalidate_recordset()

    def test_quiet_on_the_customers_own_clock(self):
        self.company.write({"logistics_quiet_from": 21, "logistics_quiet_to": 8})
        self.contact.tz = "Asia/Seoul"
        with freeze_time("2026-03-02 09:00:00"):
            picking = self.make_order(
                self.contact, commitment_date="2026-03-03 09:00:00"
            ).picking_ids
        told = []
        for hour in range(24):
            moment = datetime(2026, 3, 4, 10) + timedelta(hours=hour)
            with freeze_time(moment):
                self.slip(picking, datetime(2026, 3, 8))
                if hour < 2:
                    # 19:00 and 20:00 in Seoul: make it a slip only afterwards
                    continue
                notices = self.env["stock.picking"]._logistics_send_notices(
                    self.company
                )
                told += [moment] * len(notices)
        # 21:00 in Seoul is 12:00 UTC, 08:00 the next day is 23:00 UTC
        self.assertEqual(told, [datetime(2026, 3, 4, 23)])

    def test_random_slips_are_told_once_each_and_by_day(self):
        """A week of recomputation with dates that jump at random: never two notices
        for one baseline, never within a day, never at night, never for a better date."""
        self.company.write(
            {
                "logistics_quiet_from": 22,
                "logistics_quiet_to": 7,
                "logistics_delay_notice_hours": 24,
                "logistics_delay_notice": True,
            }
        )
        for seed in range(6):
            dice = random.Random(seed)
            with freeze_time("2026-03-02 09:00:00"):
                picking = self.make_order(
                    self.contact, commitment_date="2026-03-03 09:00:00"
                ).picking_ids
            eta, notices = datetime(2026, 3, 4), []
            for hour in range(24 * 7):
                moment = datetime(2026, 3, 3, 10) + timedelta(hours=hour)
                if dice.random() < 0.15:
                    eta = moment + timedelta(hours=dice.randrange(-24, 120))
                promise = picking.logistics_promise_date
                with freeze_time(moment):
                    self.slip(picking, eta, eta > promise + timedelta(hours=4))
                    sent = self.env["stock.picking"]._logistics_send_notices(
                        self.company
                    )
                notices += sent.filtered(lambda n, p=picking: n.picking_id == p)
            baselines = [notice.baseline_date for notice in notices]
            self.assertEqual(len(baselines), len(set(baselines)), seed)
            for notice in notices:
                self.assertIn(notice.date.hour, range(7, 22), seed)
                self.assertGreater(notice.eta_date, notice.baseline_date, seed)
            for first, second in zip(notices, notices[1:], strict=False):
                self.assertGreaterEqual(second.date - first.date, timedelta(hours=24))
                self.assertGreater(second.told_date, first.told_date, seed)
            self.assertTrue(notices, seed)


@tagged("post_install", "-at_install")
class TestTimeZones(LogisticsCase):
    """A Seoul agent, a company in Seoul, a warehouse and a company in New York."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.company"].create(
            {"name": "Omni America", "country_id": cls.env.ref("base.us").id}
        )
        cls.abroad.partner_id.tz = "America/New_York"
        cls.abroad.logistics_eta_holidays = False
        cls.company.partner_id.tz = "Asia/Seoul"
        cls.store = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.abroad.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.store.lot_stock_id, 100
        )
        cls.agent = cls.make_agent("zone_agent")
        cls.agent.write(
            {
                "tz": "Asia/Seoul",
                "company_ids": [Command.set((cls.company | cls.abroad).ids)],
            }
        )

    def order_abroad(self, **values):
        order = (
            self.env["sale.order"]
            .with_company(self.abroad)
            .create(
                {
                    "partner_id": self.contact.id,
                    "company_id": self.abroad.id,
                    "warehouse_id": self.store.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "product_uom_qty": 1}
                        )
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        self.settle()
        return order

    def test_cut_off_is_on_the_companys_clock(self):
        with freeze_time("2026-03-02 12:00:00"):
            self.env["logistics.eta.lane"].search([]).unlink()
            lane = {
                "stage": "order",
                "level": "0",
                "observations": 50,
                "p50": 1,
                "p90": 1,
            }
            self.env["logistics.eta.lane"].create(
                [
                    {**lane, "company_id": company.id, "quantiles": [1.0] * 101}
                    for company in self.company | self.abroad
                ]
            )
        # 19:30 UTC: 14:30 in New York, before 15:00; 04:30 the next day in Seoul
        with freeze_time("2026-03-03 19:30:00"):
            there = self.order_abroad().picking_ids
        with freeze_time("2026-03-03 20:30:00"):
            later = self.order_abroad().picking_ids
        day = there.logistics_eta_date
        self.assertEqual(day, datetime(2026, 3, 4, 19, 30))
        self.assertGreater(later.logistics_eta_date - day, timedelta(hours=8))

    def test_agent_reads_dates_of_both_companies_only_when_allowed(self):
        order = self.order_abroad(commitment_date="2026-03-05 23:30:00")
        Partner = self.env["res.partner"].with_user(self.agent)
        both = Partner.with_context(
            allowed_company_ids=(self.company | self.abroad).ids
        ).get_logistics_overview(self.contact.id)
        self.assertIn(order.name, [row["name"] for row in both["orders"]])
        row = both["arrivals"][0]
        # a moment, in UTC: the browser shows it on the agent's own clock
        self.assertEqual(row["promise"], "2026-03-05 23:30:00")
        one = Partner.with_context(
            allowed_company_ids=self.company.ids
        ).get_logistics_overview(self.contact.id)
        self.assertFalse(one["orders"] or one["arrivals"])

    def test_a_new_date_is_the_same_day_in_seoul_and_new_york(self):
        with freeze_time("2026-03-03 09:00:00"):
            order = self.order_abroad()
            Partner = self.env["res.partner"].with_user(self.agent)
            Partner.with_context(
                allowed_company_ids=(self.company | self.abroad).ids
            ).do_logistics_quick_action(
                self.contact.id, order.id, "date", {"date": "2026-03-10"}
            )
        for zone in ("Asia/Seoul", "America/New_York", "UTC"):
            local = self.env["res.users"].with_context(tz=zone)
            moment = fields.Datetime.context_timestamp(local, order.commitment_date)
            self.assertEqual(str(moment.date()), "2026-03-10", zone)

    def test_the_tower_buckets_by_the_companys_day(self):
        order = self.order_abroad()
        picking = order.picking_ids
        # 03:00 UTC on the 6th is 22:00 on the 5th in New York, after the cut-off: the 6th
        picking.scheduled_date = "2026-03-06 03:00:00"
        Tower = (
            self.env["logistics.control.tower"]
            .with_user(self.agent)
            .with_context(allowed_company_ids=self.abroad.ids)
        )
        with freeze_time("2026-03-06 04:30:00"):
            # still the 5th in New York
            grid = Tower.get_tower()["grid"]
        self.assertIn(picking.id, grid["tomorrow"]["ready"])
        with freeze_time("2026-03-06 12:00:00"):
            grid = Tower.get_tower()["grid"]
        self.assertIn(picking.id, grid["today"]["ready"])
