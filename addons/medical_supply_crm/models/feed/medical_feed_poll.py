# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import json
import logging
import re
from datetime import UTC, datetime, timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ... import emr
from ...emr import poll
from ...emr.times import fhir_time, iso

_logger = logging.getLogger(__name__)

DESK = "medical_supply_crm.group_medical_user"
PULLED = ("fhir", "ical", "folder")
# What a server has written while it answered us may become visible only afterwards
OVERLAP = timedelta(minutes=3)
FIRST_DAYS = timedelta(days=1)  # before today, at the first poll
STEP_EVENTS = 2_000
STORE_TRIES = 3
LONGEST_PAUSE = 6 * 60  # minutes
_ENTRY = re.compile(r"entry\[(\d+)\]\.resource\.?")


class MedicalFeed(models.Model):
    """Feeds that we fetch.

    Pages are read while they arrive and only their de-identified events are kept.
    They are stored in steps, each one transaction with the cursor that it reaches, and
    storing an event twice changes nothing: whatever moment the process is killed at,
    the next poll takes up where the last step was committed.
    """

    _inherit = "medical.feed"

    next_poll_date = fields.Datetime(string="Next Poll", readonly=True, copy=False)
    poll_state = fields.Json(
        readonly=True,
        copy=False,
        help="How far the source has been read: time per resource, or ETag.",
    )
    fhir_release = fields.Char(string="FHIR Release", readonly=True, copy=False)

    @api.model
    def _cron_poll(self):
        """Ask all sources whose time has come."""
        feeds = self.search(
            [
                ("transport", "in", PULLED),
                "|",
                ("next_poll_date", "=", False),
                ("next_poll_date", "<=", fields.Datetime.now()),
            ],
            order="next_poll_date, id",
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(feeds))
        for feed in feeds:
            feed._poll()
            if not cron._commit_progress(1):
                break

    def action_poll(self):
        """Ask the source now.

        :raise AccessError: the caller is not at the medical desk
        """
        self.ensure_one()
        self._check_desk()
        # sudo: address and secrets are not for the medical desk; what is fetched goes
        # the same way as by the scheduled action
        failure = self.sudo()._poll()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if failure else "success",
                "message": failure
                or self.env._(
                    "Fetched. %s events in the last delivery.", self.last_event_count
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_poll_all(self):
        """Forget how far the source has been read, and read everything again.

        :raise AccessError: the caller is not at the medical desk
        """
        self.ensure_one()
        self._check_desk()
        self.sudo().poll_state = False
        return self.action_poll()

    def _check_desk(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(DESK):
            raise AccessError(
                self.env._("Only the medical desk may have a feed fetched.")
            )

    def _poll_again(self, since):
        """Read what the source has changed since a time once more.

        :raise UserError: the source cannot be read
        """
        self.ensure_one()
        before = since - timedelta(days=1)
        state = dict(self.poll_state or {})
        state.pop("ical", None)
        for kind, reached in state.items():
            state[kind] = {
                "since": min(reached["since"], iso(before.replace(tzinfo=UTC)))
            }
        self.poll_state = state or False
        if failure := self._poll():
            raise UserError(failure)

    def _poll(self):
        """Fetch and store what is new. Never raises for what the source does.

        :return: None, or the reason in words why it failed
        """
        self.ensure_one()
        if not self.active or self.transport not in PULLED:
            return None
        try:
            getattr(self, f"_poll_{self.transport}")()
        except poll.FetchError as error:
            self._note_failure(str(error), error.retry_after)
            return str(error)
        return None

    # -- FHIR --------------------------------------------------------------------------------
    def _poll_fhir(self):
        server = self._fhir_server()
        release = server.open()
        options = self._reading_options()
        for kind in self._resource_types():
            if not server.offers(kind):
                raise poll.FetchError(
                    "not-found", f"the server has no {kind}: take it off the feed"
                )
            self._poll_kind(server, kind, options)
        self._step([], {"fhir_release": release}, polled=True)

    def _poll_kind(self, server, kind, options):
        cursor = ((self.poll_state or {}).get(kind) or {}).get("since")
        cursor = fhir_time(cursor, UTC)[0] if cursor else None
        readings, count = [], 0
        try:
            for page in server.changes(
                kind,
                since=cursor and cursor - OVERLAP,
                start=datetime.now(UTC) - FIRST_DAYS,
            ):
                result = emr.read(page.body, format="fhir", **options)
                readings.append(self._page_reading(kind, page, result))
                count += len(result.events)
                if page.last:
                    # the server's clock: ours may be wrong
                    reached = page.date or page.updated or cursor
                elif page.sorted and count >= STEP_EVENTS:
                    reached = page.updated + OVERLAP  # ask again from exactly there
                else:
                    continue
                self._step(readings, self._reached(kind, cursor, reached))
                readings, count = [], 0
        except poll.FetchError:
            if (
                readings
            ):  # good pages are kept; the cursor stays, so the rest comes again
                self._step(readings, {})
            raise

    def _reached(self, kind, cursor, reached):
        """Values of a poll state that never goes back."""
        reached = max(filter(None, (cursor, reached)), default=None)
        if reached is None:
            return {}
        return {
            "poll_state": {**(self.poll_state or {}), kind: {"since": iso(reached)}}
        }

    def _page_reading(self, kind, page, result):
        """As `_reading`; problems are known by the resource they are in, because the
        same resource stands on another page tomorrow."""
        reading = self._reading(b"", result)
        entries = json.loads(page.body).get("entry") if reading["problems"] else []
        for problem in reading["problems"]:
            found = _ENTRY.search(problem["position"])
            if found:
                resource = entries[int(found.group(1))].get("resource")
                text = json.dumps(resource, sort_keys=True)
                problem["fingerprint"] = self._fingerprint(text)
                problem["position"] = (
                    f"{kind}.{problem['position'][found.end() :]}".rstrip(".")
                )
        return reading

    def _fhir_server(self):
        web = self._web()
        tokens = None
        if self.auth_method == "smart":
            tokens = poll.Tokens(
                web,
                self.url,
                self.auth_name or "",
                self._private_key(),
                self._resource_types(),
                self.token_url,
            )
        elif self.auth_method != "none":
            tokens = _Fixed(self._auth_headers())
        return poll.FhirServer(web, self.url, tokens)

    def _web(self):
        return poll.Web(allow_plain=self.is_plain_allowed)

    def _auth_headers(self):
        """HTTP headers of a fixed user name, password or token."""
        secret = self._secret("auth_secret")
        if self.auth_method == "basic":
            pair = f"{self.auth_name or ''}:{secret}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        if self.auth_method == "header":
            name = self.auth_header or "Authorization"
            if name.lower() == "authorization" and " " not in secret:
                secret = f"Bearer {secret}"
            return {name: secret}
        return {}

    # -- calendars ---------------------------------------------------------------------------
    def _poll_ical(self):
        state = (self.poll_state or {}).get("ical") or {}
        answer, new = poll.fetch_calendar(
            self._web(),
            self.url,
            self._auth_headers(),
            etag=state.get("etag"),
            modified=state.get("modified"),
        )
        if not new:
            self._step([], {}, polled=True)
            return
        result = emr.read(
            answer.body, format="ical", **dict(self._reading_options(), mapping=None)
        )
        etag = answer.headers.get("etag")
        modified = answer.headers.get("last-modified")
        values = {
            "poll_state": {
                "ical": {
                    "etag": etag if etag and len(etag) < 200 else None,
                    "modified": modified if modified and len(modified) < 60 else None,
                }
            }
        }
        if answer.moved and not self._auth_headers():
            values["url"] = answer.moved
        self._step(
            [self._reading(self._calendar_text(answer.body), result)], values, True
        )

    @api.model
    def _calendar_text(self, body):
        """A calendar without the time stamps that servers renew at every answer."""
        return re.sub(rb"(?m)^DTSTAMP[^\r\n]*", b"", body)

    # -- storing -------------------------------------------------------------------------------
    def _checkpoint(self):
        self.env["ir.cron"]._commit_progress()

    def _step(self, readings, values, polled=False):
        """Store one step and commit it with the state it reaches.

        :param polled: True when the whole poll is done
        """
        for attempt in range(STORE_TRIES):
            self._checkpoint()  # sees what others have stored while we were fetching
            try:
                with self.env.cr.savepoint():
                    feed, _options = self._open_for_delivery()
                    feed._store_step(readings, dict(values), polled)
                self._checkpoint()
                return
            except OperationalError:
                # somebody else delivered to this feed at the same moment
                self.env.cr.rollback()
                if attempt + 1 == STORE_TRIES:
                    raise poll.FetchError(
                        "busy", "the feed is busy with other deliveries"
                    ) from None

    def _store_step(self, readings, values, polled):
        if polled:
            values["failure_count"] = 0
            values["next_poll_date"] = fields.Datetime.now() + timedelta(
                minutes=self.poll_minutes
            )
        if any(one["result"].events or one["problems"] for one in readings):
            self._accept(readings, values=values)
        else:
            self.write(dict(values, last_success_date=fields.Datetime.now()))
        if polled:
            self._count_day(polls=1)
            self._close_failure()

    # -- failures ------------------------------------------------------------------------------
    def _note_failure(self, reason, retry_after=None):
        """Count a failed poll and say when to ask again; the cursor stays."""
        self._checkpoint()
        feed, _options = self._open_for_delivery()
        failures = feed.failure_count + 1
        pause = min(feed.poll_minutes * 2 ** min(failures - 1, 8), LONGEST_PAUSE)
        pause = max(pause, (retry_after or 0) / 60, feed.poll_minutes)
        now = fields.Datetime.now()
        feed.write(
            {
                "failure_count": failures,
                "last_failure_date": now,
                "last_failure": reason[:250],
                "next_poll_date": now + timedelta(minutes=pause),
            }
        )
        feed._count_day(failures=1)
        feed._open_failure(reason, failures)
        if failures == 3:
            feed._alarm(self.env._("The feed %s cannot be fetched", feed.name), reason)
        _logger.info("Schedule feed %s: poll failed (%s in a row)", feed.id, failures)
        self._checkpoint()

    def _failed_exchange(self):
        return self.env["edi.exchange.record"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("edi_exchange_state", "=", "input_receive_error"),
            ],
            limit=1,
        )

    def _open_failure(self, reason, failures):
        """One exchange record per row of failures: its state, its tries, its reason."""
        exchange = self._failed_exchange() or self._exchange_create(
            {}, edi_exchange_state="input_receive_error"
        )
        exchange.exchange_error = f"{reason} ({failures} ×)"

    def _close_failure(self):
        for exchange in self._failed_exchange():
            exchange.write({"edi_exchange_state": "input_processed"})


class _Fixed:
    """Credentials that cannot be renewed."""

    def __init__(self, headers):
        self._headers = headers

    def header(self, renew=False):  # pylint: disable=unused-argument
        return self._headers
