# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import models
from odoo.exceptions import UserError

from ... import emr


class MedicalFeedExchange(models.AbstractModel):
    """How the EDI framework works with schedules: receive asks the feed's source again,
    process stores the events of the record again. Both change nothing that is known."""

    _name = "medical.feed.exchange"
    _inherit = ["edi.oca.handler.receive", "edi.oca.handler.process"]
    _description = "Schedule Exchange"

    def receive(self, exchange_record):
        """Ask the source of the feed; what it brings gets a record of its own.

        :raise UserError: it failed again, or the sender has to send again himself
        """
        feed = self._feed(exchange_record)
        if feed.transport == "push":
            raise UserError(
                self.env._(
                    "The messages of %s are sent to us: ask for them again.", feed.name
                )
            )
        failure = feed.sudo()._poll()
        if failure:
            raise UserError(failure)

    def process(self, exchange_record):
        """Store the record's events again, for example after their codes were mapped.

        :raise UserError: the record holds no events
        """
        feed = self._feed(exchange_record)
        try:
            content = json.loads(exchange_record._get_file_content() or "{}")
            events = [
                emr.ScheduleEvent.from_dict(one) for one in content.get("events") or ()
            ]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(
                self.env._("The exchange record holds no schedule events.")
            ) from error
        feed, _options = feed._open_for_delivery()
        store = feed.env["medical.event"]
        counts = store._store(feed, events)
        store.search(
            [
                ("feed_id", "=", feed.id),
                ("event_hash", "in", [event.event_hash for event in events]),
            ]
        )._resolve()
        return self.env._(
            "%(created)s events new, %(updated)s changed, %(unchanged)s unchanged.",
            **{key: counts[key] for key in ("created", "updated", "unchanged")},
        )

    def _feed(self, exchange_record):
        feed = exchange_record.record
        if not feed or feed._name != "medical.feed":
            raise UserError(self.env._("The exchange record belongs to no feed."))
        return feed
