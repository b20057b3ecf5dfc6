# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime

from odoo.tests import HttpCase, tagged

from .common import LogisticsData

PATH = "/logistics/carrier/v1/events"


@tagged("post_install", "-at_install")
class TestCarrierEvents(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.carrier_user = cls.make_user(
            "carrier_feed",
            "base.group_user,crm_logistics_bridge.group_logistics_carrier",
        )
        cls.key = cls.make_key(cls.carrier_user)
        cls.order = cls.make_order(cls.contact)
        cls.deliver(cls.order)
        cls.picking = cls.order.picking_ids
        cls.picking.carrier_tracking_ref = "CJ-6880-1"

    @classmethod
    def make_key(cls, user):
        keys = cls.env["res.users.apikeys"].with_user(user)
        return keys.sudo()._generate(None, "test", datetime(2099, 1, 1))

    def post(self, payload, key=None, **headers):
        body = payload if isinstance(payload, bytes) else json.dumps(payload)
        response = self.url_open(
            PATH,
            data=body,
            headers={
                "Authorization": f"Bearer {key or self.key}",
                "Content-Type": "application/json",
                **headers,
            },
        )
        return response.status_code, response.json()

    def event(self, status, date="2026-03-03T10:00:00+09:00", **values):
        return {"tracking": "CJ-6880-1", "status": status, "date": date, **values}

    def test_events_are_kept_one_by_one_and_shown(self):
        status, answer = self.post(
            {
                "source": "cj",
                "events": [
                    self.event("shipping_recorded_in_carrier", id="1"),
                    self.event(
                        "in_transit",
                        "2026-03-03T22:00:00+09:00",
                        id="2",
                        description="허브 도착",
                        location="옥천",
                    ),
                    self.event("out_for_delivery", "2026-03-04T08:00:00+09:00", id="3"),
                ],
            }
        )
        self.assertEqual(status, 200, answer)
        self.assertEqual({row["result"] for row in answer["results"]}, {"created"})
        events = self.picking.logistics_event_ids
        self.assertEqual(len(events), 3)
        self.assertEqual(events[0].date, datetime(2026, 3, 3, 23), "UTC is kept")
        self.assertEqual(self.picking.delivery_state, "in_transit")
        self.assertEqual(str(self.picking.date_shipped), "2026-03-03")
        rows = self.env["logistics.timeline.event"].search(
            [("picking_id", "=", self.picking.id), ("event_type", "=", "carrier")]
        )
        self.assertEqual(len(rows), 2)
        self.assertIn("허브 도착 · 옥천", rows.mapped("detail"))
        self.assertEqual(rows[0]._document(), self.picking)
        (card,) = self.order._logistics_portal_tracking()
        self.assertEqual(len(card["events"]), 3)

    def test_the_same_again_changes_nothing(self):
        payload = {"source": "cj", "events": [self.event("in_transit", id="7")]}
        self.assertEqual(self.post(payload)[1]["results"][0]["result"], "created")
        for _time in range(2):
            status, answer = self.post(payload)
            self.assertEqual(
                (status, answer["results"][0]["result"]), (200, "duplicate")
            )
        nameless = {"source": "cj", "events": [self.event("incident")]}
        self.post(nameless), self.post(nameless)
        self.assertEqual(len(self.picking.logistics_event_ids), 2)

    def test_late_reports_do_not_turn_time_back(self):
        self.post(
            {
                "source": "cj",
                "events": [
                    self.event(
                        "customer_delivered", "2026-03-05T12:00:00+09:00", id="9"
                    )
                ],
            }
        )
        self.assertEqual(self.picking.date_delivered, datetime(2026, 3, 5, 3))
        self.post(
            {
                "source": "cj",
                "events": [
                    self.event("in_transit", "2026-03-04T12:00:00Z", id="8"),
                    self.event("scan", "2026-03-06T12:00:00Z", id="10"),
                ],
            }
        )
        self.assertEqual(self.picking.delivery_state, "customer_delivered")
        self.assertEqual(self.picking.date_delivered, datetime(2026, 3, 5, 3))
        self.assertEqual(len(self.picking.logistics_event_ids), 3)
        self.assertEqual(self.picking.logistics_eta_source, "delivered")

    def test_refusals_have_a_reason(self):
        good = self.event("in_transit", id="1")
        for status, field, payload in (
            (422, "source", {"events": [good]}),
            (422, "events", {"source": "cj", "events": []}),
            (
                422,
                "events[0].status",
                {"source": "cj", "events": [{**good, "status": "?"}]},
            ),
            (
                422,
                "events[1].date",
                {"source": "cj", "events": [good, {**good, "date": "x"}]},
            ),
            (
                422,
                "time zone",
                {"source": "cj", "events": [{**good, "date": "2026-03-03T10:00:00"}]},
            ),
            (
                422,
                "future",
                {"source": "cj", "events": [{**good, "date": "2999-01-01T00:00Z"}]},
            ),
            (
                422,
                "events[0].tracking",
                {"source": "cj", "events": [{**good, "tracking": 5}]},
            ),
            (400, "JSON", b"{"),
            (400, "JSON", b"\xff"),
            (
                404,
                "tracking numbers",
                {"source": "cj", "events": [{**good, "tracking": "none"}]},
            ),
        ):
            with self.subTest(field=field):
                code, answer = self.post(payload)
                self.assertEqual(code, status, answer)
                self.assertIn(field, answer["reason"])
        self.assertFalse(self.picking.logistics_event_ids, "all or nothing")
        code, answer = self.post({}, **{"Content-Type": "text/plain"})
        self.assertEqual(code, 415)
        code, answer = self.post(b" " * (512 * 1024 + 1))
        self.assertEqual(code, 413)

    def test_only_with_a_key_of_the_group(self):
        payload = {"source": "cj", "events": [self.event("in_transit")]}
        code, answer = self.post(payload, key="wrong")
        self.assertEqual((code, answer["error"]), (401, "unauthorized"))
        outsider = self.make_user("no_feed", "base.group_user")
        code, answer = self.post(payload, key=self.make_key(outsider))
        self.assertEqual((code, answer["error"]), (403, "forbidden"))

    def test_parcels_of_other_companies_are_unknown(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.carrier_user.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        code, answer = self.post({"source": "cj", "events": [self.event("in_transit")]})
        self.assertEqual((code, answer["error"]), (404, "unknown_tracking"))
