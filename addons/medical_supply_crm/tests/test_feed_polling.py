# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..emr import poll
from .common import SNOMED, MedicalCase
from .servers.process import EmrProcess


class Killed(BaseException):
    """The process dies here."""


@tagged("post_install", "-at_install")
class TestFeedPolling(MedicalCase, TransactionCase):
    """A feed asks a real FHIR server process; real clock, because tokens expire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.emr = EmrProcess()
        cls.addClassCleanup(cls.emr.stop)
        cls.feed = cls.a.feed
        cls.feed.write(
            {
                "transport": "fhir",
                "message_format": "fhir",
                "url": cls.emr.fhir,
                "is_plain_allowed": True,
                "auth_method": "smart",
                "auth_name": "omni",
            }
        )
        cls.feed.action_make_key()

    def setUp(self):
        super().setUp()
        self.emr.control(
            restore=True,
            clients={"omni": self.feed.public_jwks},
            set={"skew": 0, "page": 10, "rude": False},
        )
        self.emr.told()
        # a step is a transaction in life; here they all are the test's one
        cron = type(self.env["ir.cron"])
        self.startPatch(patch.object(cron, "_commit_progress", lambda *_a, **_k: 1.0))
        self.startPatch(patch.object(poll.web.time, "sleep", lambda _seconds: None))

    def startPatch(self, patcher):
        self.addCleanup(patcher.stop)
        return patcher.start()

    def _visits(self, count, first=0, **values):
        start = datetime.now(UTC) + timedelta(days=2)
        return [
            {
                "resourceType": "Appointment",
                "id": f"v{number}",
                "status": "booked",
                "serviceType": [{"coding": [{"system": SNOMED, "code": "415070008"}]}],
                "start": (start + timedelta(minutes=number)).isoformat(),
                "participant": [
                    {"actor": {"reference": "Location/CATH"}, "status": "accepted"}
                ],
                **values,
            }
            for number in range(first, first + count)
        ]

    def _events(self):
        return self.env["medical.event"].search([("feed_id", "=", self.feed.id)])

    def _exchanges(self):
        return self.env["edi.exchange.record"].search(
            [("model", "=", "medical.feed"), ("res_id", "=", self.feed.id)]
        )

    def test_visits_become_events_once(self):
        self.emr.control(put=self._visits(25))
        self.assertIsNone(self.feed._poll())
        events = self._events()
        self.assertEqual(len(events), 25)
        self.assertEqual(set(events.mapped("state")), {"ready"})
        self.assertEqual(self.feed.fhir_release, "R4")
        self.assertEqual(self.feed.failure_count, 0)
        self.assertEqual(len(self._exchanges()), 1)
        self.assertEqual(self._exchanges().edi_exchange_state, "input_processed")
        # nothing has changed at the server: nothing changes here but the counters
        self.env.flush_all()
        before = self._rows()
        self.feed._poll()
        self.feed.action_poll_all()
        self.env.flush_all()
        self.assertEqual(self._rows(), before)
        self.assertEqual(len(self._exchanges()), 1)
        day = self.feed.day_ids
        self.assertEqual((day.polls, day.created, day.failures), (3, 25, 0))

    def _rows(self):
        self.env.cr.execute(
            "SELECT id, xmin::text, ctid::text FROM medical_event ORDER BY id"
        )
        return self.env.cr.fetchall()

    def test_moved_and_cancelled_visits_follow(self):
        self.emr.control(put=self._visits(3))
        self.feed._poll()
        moved = self._visits(1)[0]
        moved["start"] = (datetime.now(UTC) + timedelta(days=9)).isoformat()
        self.emr.control(put=[moved, *self._visits(1, first=2, status="cancelled")])
        self.feed._poll()
        events = self._events().sorted("start")
        self.assertEqual(len(events), 3)
        self.assertEqual(
            sorted(events.mapped("state")), ["cancelled", "ready", "ready"]
        )
        self.assertGreater(events[-1].start, datetime.now() + timedelta(days=8))

    def test_a_page_fails_in_the_middle(self):
        self.emr.control(put=self._visits(35))
        self.emr.control(
            faults=[{"path": "_page=", "skip": 1, "status": 500, "times": 9}]
        )
        reason = self.feed._poll()
        self.assertIn("status 500", reason)
        self.assertEqual(len(self._events()), 20)
        self.assertFalse(self.feed.poll_state)
        self.assertEqual(self.feed.failure_count, 1)
        self.assertEqual(self.feed.state, "failing")
        self.assertGreater(self.feed.next_poll_date, fields.Datetime.now())
        failed = self._exchanges().filtered(
            lambda one: one.edi_exchange_state == "input_receive_error"
        )
        self.assertEqual(len(failed), 1)
        self.assertIn("status 500", failed.exchange_error)
        self.emr.control(restore=True, put=self._visits(35))
        # taken up again from the exchange record itself
        failed.action_retry()
        failed.action_exchange_receive()
        self.assertEqual(len(self._events()), 35)
        self.assertTrue(self.feed.poll_state["Appointment"]["since"])
        self.assertEqual(self.feed.failure_count, 0)

    def test_killed_at_any_moment(self):
        """Wherever the process dies, what is committed is whole, and the next poll
        neither loses nor doubles a visit."""
        self.emr.control(put=self._visits(30))
        feed_model = type(self.feed)
        self.startPatch(
            patch(
                "odoo.addons.medical_supply_crm.models.feed.medical_feed_poll.STEP_EVENTS",
                10,
            )
        )
        step, accept = feed_model._step, feed_model._store_step
        for place in ("_step", "_store_step", "after"):
            for nth in (1, 2, 3):
                calls = []

                # pylint: disable-next=dangerous-default-value
                def dies(feed, *args, place=place, nth=nth, calls=calls, **kwargs):
                    calls.append(1)
                    original = step if place != "_store_step" else accept
                    if len(calls) == nth and place != "after":
                        raise Killed
                    original(feed, *args, **kwargs)
                    if len(calls) == nth and place == "after":
                        raise Killed

                name = "_step" if place == "after" else place
                self.feed.poll_state = False
                with patch.object(feed_model, name, dies):
                    self._poll_until_killed()
                left = self._events()
                self.assertIn(len(left), (0, 10, 20, 30))
                self.feed._poll()
                events = self._events()
                self.assertEqual(len(events), 30, (place, nth))
                self.assertEqual(len(set(events.mapped("event_hash"))), 30)
                self.assertTrue(self.feed.poll_state)
                events.sudo().unlink()

    def _poll_until_killed(self):
        """A poll whose steps are committed one by one; what a kill leaves is what the
        last commit left."""
        committed = [self.env.cr.savepoint()]

        def commit(*_args, **_kwargs):
            committed.pop().close(rollback=False)
            committed.append(self.env.cr.savepoint())
            return 1.0

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            try:
                self.feed._poll()
            except Killed:
                committed[-1].rollback()
                self.env.transaction.clear()
                self.env.invalidate_all(flush=False)
        committed.pop().close(rollback=False)

    def test_skewed_clock_loses_nothing(self):
        for skew in (-7200, 7200):
            self.emr.control(restore=True, set={"skew": skew})
            self.feed.poll_state = False
            self.emr.control(put=self._visits(2, first=100 + abs(skew) + skew))
            self.assertIsNone(self.feed._poll())
            self.emr.control(put=self._visits(2, first=50000 + skew))
            self.assertIsNone(self.feed._poll())
        self.assertEqual(len(self._events()), 8)
        self.assertFalse(self.emr.told()["refused"])

    def test_bad_record_is_quarantined_and_replayed_after_mending(self):
        bad = dict(self._visits(1)[0], start="tomorrow")
        self.emr.control(put=[bad, *self._visits(4, first=1)])
        self.feed._poll()
        self.assertEqual(len(self._events()), 4)
        problem = self.feed.problem_ids.filtered(lambda one: one.code == "no-start")
        self.assertEqual(problem.position, "Appointment.start")
        # the same again is listed once
        self.feed.action_poll_all()
        self.assertEqual(
            len(self.feed.problem_ids.filtered(lambda o: o.code == "no-start")), 1
        )
        # not mended yet: open again after the replay
        problem.action_replay()
        self.assertEqual(problem.state, "open")
        self.emr.control(put=self._visits(1))
        problem.action_replay()
        self.assertEqual(problem.state, "done")
        self.assertEqual(len(self._events()), 5)
        self.feed.transport = "push"
        with self.assertRaisesRegex(UserError, "ask the sender"):
            problem.action_replay()

    def test_events_are_stored_again_from_the_exchange_record(self):
        self.emr.control(put=self._visits(3))
        self.feed._poll()
        self._events().sudo().unlink()
        exchange = self._exchanges()
        content = json.loads(exchange._get_file_content())
        self.assertEqual(len(content["events"]), 3)
        self.assertNotIn("v0", exchange._get_file_content())
        exchange.sudo().edi_exchange_state = "input_received"
        exchange.action_exchange_process()
        self.assertEqual(exchange.edi_exchange_state, "input_processed")
        self.assertEqual(len(self._events()), 3)

    def test_refusals_are_told_and_the_responsible_is_called(self):
        self.feed.responsible_id = self.env.user
        self.emr.control(set={}, clients={"omni": {"keys": []}})
        for _try in range(3):
            self.assertIn("no access token", self.feed._poll())
        self.assertEqual(self.feed.failure_count, 3)
        self.assertIn("cannot be fetched", self.feed.activity_ids.summary)
        self.emr.control(clients={"omni": self.feed.public_jwks}, put=self._visits(1))
        self.assertIsNone(self.feed._poll())
        self.assertFalse(self.feed.activity_ids)
        self.assertEqual(
            self._exchanges().filtered(lambda o: "error" in o.edi_exchange_state).ids,
            [],
        )

    def test_the_cron_asks_feeds_that_are_due(self):
        self.emr.control(put=self._visits(2))
        self.env["medical.feed"]._cron_poll()
        self.assertEqual(len(self._events()), 2)
        self.emr.told()
        self.env["medical.feed"]._cron_poll()
        self.assertFalse(self.emr.told()["requests"])

    def test_secrets_cannot_be_read_back(self):
        key = self.feed._private_key()
        self.feed.auth_secret = "s3cret-of-the-feed"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(self.feed.has_secret)
        self.assertNotIn("s3cret", str(self.feed.read()))
        self.assertNotIn(key.splitlines()[1], str(self.feed.read()))
        manager = new_test_user(
            self.env,
            "feed_manager",
            "base.group_user,medical_supply_crm.group_medical_manager",
        )
        desk = new_test_user(
            self.env,
            "feed_desk",
            "base.group_user,medical_supply_crm.group_medical_user",
        )
        for user in (manager, desk):
            with self.assertRaises(AccessError):
                self.env["ir.config_parameter"].with_user(user).get_param("x")
        with self.assertRaises(AccessError):
            self.feed.with_user(desk).read(["url"])
        with self.assertRaises(AccessError):
            self.feed.with_user(desk).action_make_key()
        self.feed.with_user(manager).action_make_key()
        self.assertNotEqual(self.feed._private_key(), key)
        reader = new_test_user(
            self.env,
            "feed_reader",
            "base.group_user,medical_supply_crm.group_medical_reader",
        )
        with self.assertRaises(AccessError):
            self.feed.with_user(reader).action_poll()
        # the desk may ask for a poll without seeing where it goes
        self.emr.control(clients={"omni": self.feed.public_jwks}, put=self._visits(1))
        self.feed.with_user(desk).action_poll()
        self.assertEqual(len(self._events()), 1)

    def test_wrong_settings_are_named(self):
        with self.assertRaisesRegex(ValidationError, "Patient cannot be asked for"):
            self.feed.resource_types = "Appointment, Patient"
        with self.assertRaisesRegex(ValidationError, "not encrypted"):
            self.feed.write({"is_plain_allowed": False})
        with self.assertRaisesRegex(ValidationError, "Ask Every"):
            self.feed.poll_minutes = 0
        with self.assertRaisesRegex(ValidationError, "HTTP header"):
            self.feed.auth_header = "X\r\nY"


@tagged("post_install", "-at_install")
class TestFeedKeys(MedicalCase, HttpCase):
    @mute_logger("odoo.http")
    def test_the_key_set_is_public_and_the_private_key_is_not(self):
        self._make_medical()
        feed = self.a.feed
        for algorithm in ("ES384", "RS384"):
            feed.key_algorithm = algorithm
            feed.action_make_key()
            self.env.flush_all()
            path = feed.jwks_url.split("/", 3)[3]
            answer = self.url_open(f"/{path}")
            self.assertEqual(answer.json(), feed.public_jwks)
            key = answer.json()["keys"][0]
            self.assertEqual(key["alg"], algorithm)
            self.assertFalse({"d", "p", "q", "dp", "dq", "qi"} & set(key))
        for token in ("x", "False", feed.jwks_token[:-1]):
            answer = self.url_open(f"/medical/feed/{token}/jwks.json")
            self.assertEqual(answer.status_code, 404)
