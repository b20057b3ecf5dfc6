# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import hmac
import json
import logging
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from odoo import fields, models

_logger = logging.getLogger(__name__)

# Table formats of which one delivery can be the whole schedule
WHOLE_FORMATS = ("ical", "csv", "xlsx")


class MedicalFeed(models.Model):
    """From what a reader understood to stored events, quarantine, health and exchange
    record: one way for messages that are sent, fetched, dropped or uploaded."""

    _inherit = "medical.feed"

    is_full = fields.Boolean(
        string="Each Delivery Is Complete",
        help="For calendars and tables: a coming event that is no longer in the "
        "delivery is cancelled. Not set, what is missing stays as it was.",
    )
    is_shrink_accepted = fields.Boolean(
        string="Accept a Much Shorter Delivery Once",
        copy=False,
        help="A complete delivery that lacks more than half of the coming events is "
        "taken for a fault of the sender. Set this when it is right.",
    )

    def _reading(self, data, result):
        """What is kept of a delivery while it is stored: the reader's result and keyed
        fingerprints of what its problems were found in; not the payload.

        :return: dict result, problems (list of dict of medical.feed.problem values)
        """
        fingerprint = self._fingerprint(data) if result.problems else ""
        return {
            "result": result,
            "problems": [
                dict(self._problem_values(problem), fingerprint=fingerprint)
                for problem in result.problems
            ],
        }

    def _fingerprint(self, data):
        raw = data.encode() if isinstance(data, str) else data
        return hmac.new(self._hash_key(), raw, hashlib.sha256).hexdigest()

    def _problem_values(self, problem):
        record = f"#{problem.record}" if problem.record else ""
        if problem.position.startswith((f"row {problem.record}", "line ")):
            record = ""  # the position says it itself
        return {
            "position": " ".join(filter(None, (record, problem.position))),
            "code": problem.code,
            "severity": problem.severity,
            "message": problem.message,
        }

    def _accept(self, readings, deliveries=1, values=None):
        """Store what was read. The caller holds the feed's lock.

        :param readings: list of `_reading`
        :param deliveries: number of messages or payloads they stand for
        :param values: further values of the feed, written with the counters
        :return: (dict created, updated, unchanged, removed; list of dict position, code,
            severity, message)
        """
        self.ensure_one()
        events = [event for one in readings for event in one["result"].events]
        problems = [problem for one in readings for problem in one["problems"]]
        counts = self.env["medical.event"]._store(self, events)
        if self.is_full:
            problems += self._withdraw_missing(readings, counts)
        new_problems = self.env["medical.feed.problem"]._quarantine(self, problems)
        self._note_delivery(events, problems, counts, deliveries, values or {})
        if new_problems or any(
            counts[key] for key in ("created", "updated", "removed")
        ):
            self._record_exchange(events, problems, counts)
        return counts, [
            {key: problem[key] for key in ("position", "code", "severity", "message")}
            for problem in problems
        ]

    def _withdraw_missing(self, readings, counts):
        """Cancel coming events that complete deliveries no longer hold, and bring back
        those that they hold again.

        :return: problems (list): what was not done, and why
        """
        results = [one["result"] for one in readings]
        if any(result.format not in WHOLE_FORMATS for result in results):
            return []
        if any(
            one.severity == "error" for result in results for one in result.problems
        ):
            return []  # what could not be read is not missing
        present = {event.event_hash for result in results for event in result.events}
        known = self.env["medical.event"].search(
            [
                ("feed_id", "=", self.id),
                ("start", ">=", fields.Datetime.now()),
                ("is_demand", "=", True),
            ]
        )
        missing = known.filtered(lambda event: event.event_hash not in present)
        gone = missing.filtered(lambda event: not event.is_withdrawn)
        back = (known - missing).filtered("is_withdrawn")
        standing = known.filtered(lambda event: not event.is_withdrawn)
        if len(gone) > 5 and 2 * len(gone) > len(standing):
            if not self.is_shrink_accepted:
                return [
                    {
                        "position": "$",
                        "code": "shrunk",
                        "severity": "error",
                        "message": "more than half of the coming events are missing; "
                        "nothing was cancelled: accept it on the feed if it is right",
                        "fingerprint": self._fingerprint("\n".join(sorted(present))),
                    }
                ]
            self.is_shrink_accepted = False
        gone.is_withdrawn = True
        back.is_withdrawn = False
        (gone | back)._resolve()
        counts["updated"] += len(gone) + len(back)
        counts["unchanged"] = max(0, counts["unchanged"] - len(back))
        return []

    # -- counters ------------------------------------------------------------------------
    def _note_delivery(self, events, problems, counts, deliveries, values):
        now = fields.Datetime.now()
        errors = sum(problem["severity"] == "error" for problem in problems)
        values = dict(values)
        if events or problems or deliveries:
            values["last_message_date"] = now
            values["message_total"] = self.message_total + deliveries
            values["last_event_count"] = len(events)
        if events:
            values["last_event_date"] = now
            values["last_lag_minutes"] = self._lag(events)
            values["silent_since"] = False
        values["last_success_date"] = now
        _logger.info(
            "Schedule feed %s: %s events, %s problems",
            self.id,
            len(events),
            len(problems),
        )
        if problems:
            last = problems[-1]
            values["last_problem_date"] = now
            values["last_problem"] = f"{last['position']}: {last['message']}"[:250]
        self.write(values)
        self._count_day(
            deliveries=deliveries,
            received=len(events),
            created=counts["created"],
            updated=counts["updated"] + counts["removed"],
            errors=errors,
            warnings=len(problems) - errors,
        )
        if events:
            self._end_silence()

    def _lag(self, events):
        """Minutes between the newest message's own time and now."""
        stamps = [event.version.split("|")[1] for event in events if event.version]
        newest = max(stamps, default="")
        if not newest.strip("0T"):
            return 0.0
        try:
            sent = datetime.strptime(newest, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        except ValueError:
            return 0.0
        return max(0.0, (datetime.now(UTC) - sent).total_seconds() / 60)

    def _count_day(self, **counts):
        """Add to today's counters of the feed, by the hospital's calendar."""
        today = datetime.now(ZoneInfo(self.timezone or "UTC")).date()
        days = self.env["medical.feed.day"]
        day = days.search([("feed_id", "=", self.id), ("date", "=", today)], limit=1)
        if not day:
            day = days.create({"feed_id": self.id, "date": today})
        day.write({key: day[key] + count for key, count in counts.items() if count})

    # -- exchange records ----------------------------------------------------------------
    def _record_exchange(self, events, problems, counts):
        """One exchange record of a delivery that changed something.

        It holds the de-identified events only, so that they can be stored again from
        it; the payload cannot be had back.
        """
        codes = Counter(
            f"{problem['severity']} {problem['code']}" for problem in problems
        )
        content = {
            "events": [event.to_dict() for event in events],
            "counts": counts,
            "problems": dict(codes),
        }
        return self._exchange_create(
            content,
            edi_exchange_state="input_processed",
            exchange_error="\n".join(f"{n} × {what}" for what, n in codes.items())
            or False,
        )

    def _exchange_create(self, content, **values):
        exchange = (
            self.env["edi.exchange.record"]
            # its checksum is tracked: a note per delivery would double what it says
            .with_context(
                tracking_disable=True, mail_create_nolog=True, edi__skip_quick_exec=True
            )
            .create(
                {
                    "type_id": self.env.ref("medical_supply_crm.edi_type_schedule").id,
                    "backend_id": self.env.ref(
                        "medical_supply_crm.edi_backend_schedule"
                    ).id,
                    "company_id": self.company_id.id,
                    "model": self._name,
                    "res_id": self.id,
                    "exchange_filename": f"feed-{self.id}.json",
                    **values,
                }
            )
        )
        exchange._set_file_content(json.dumps(content))
        exchange.exchanged_on = fields.Datetime.now()
        return exchange

    def action_exchanges(self):
        """Open the feed's exchange records."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edi_core_oca.act_open_edi_exchange_record_view"
        )
        action["domain"] = [("model", "=", self._name), ("res_id", "in", self.ids)]
        action["context"] = {}
        return action
