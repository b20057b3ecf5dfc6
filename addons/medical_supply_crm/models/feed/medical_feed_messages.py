# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import binascii

from odoo import models
from odoo.exceptions import UserError

from ... import emr

# A listener waits for its answer: a batch is stored in well under ten seconds.
MAX_MESSAGES = 500
# HL7 table 0008. Rejected is what will never be read, however often it is sent.
REJECTED = {
    "bad-delimiters",
    "empty",
    "no-msh",
    "not-schedule",
    "too-large",
    "unknown-trigger",
}


class MedicalFeed(models.Model):
    """Messages that each want an answer of their own."""

    _inherit = "medical.feed"

    def ingest_messages(self, payloads):
        """Store several HL7 v2 messages and answer each. Meant for RPC, by the listener.

        The answers speak of this transaction: they hold once the call has returned.
        Sending messages again changes nothing and is answered in the same way.

        :param list payloads: base64 texts, one message each, as received (the message
            itself says its character set)
        :return: list of dict ack ("AA": stored, "AE": not, or not all of it, "AR": not
            for this feed), text (the reason, without any patient's data) and
            events (number of events it holds), in the order of the payloads
        :raise AccessError: as `ingest`
        :raise UserError: no list, too many, or not base64
        """
        if not isinstance(payloads, list) or not 0 < len(payloads) <= MAX_MESSAGES:
            raise UserError(
                self.env._("Send a list of 1 to %s messages.", MAX_MESSAGES)
            )
        raws = [self._decode(number, one) for number, one in enumerate(payloads, 1)]
        feed, options = self._open_for_delivery()
        answers, readings = [], []
        for raw in raws:
            result = emr.read(raw, format="hl7v2", **options)
            readings.append(feed._reading(raw, result))
            answers.append(feed._answer(result))
        feed._accept(readings, deliveries=len(raws))
        return answers

    def _decode(self, number, payload):
        try:
            raw = base64.b64decode(payload, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise UserError(
                self.env._("Message %s of the list is not base64.", number)
            ) from None
        return self._check_payload(raw)

    def _answer(self, result):
        errors = [one for one in result.problems if one.severity == "error"]
        first = next(iter(errors or result.problems), None)
        text = f"{first.position}: {first.message}" if first else ""
        if result.events and not errors:
            ack = "AA"
        elif not result.events and first and first.code in REJECTED:
            ack = "AR"
        else:  # also where part of it is stored: the sender must know that some is lost
            ack = "AE"
        return {"ack": ack, "text": text, "events": len(result.events)}
