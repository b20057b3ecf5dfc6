# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil import parser as date_parser

from odoo import api, models
from odoo.tools import email_normalize

from ...engine.masking import mask_text
from ...tools.wrong_field import WrongField

#: Longest text taken from a delivery, in characters.
TEXT_LIMIT = 100_000
KNOWN = {
    "external_id",
    "text",
    "transcript",
    "subject",
    "sender",
    "partner_id",
    "ticket",
    "sent_at",
    "attachments",
}


class LogisticsIntake(models.AbstractModel):
    """What a delivery says, checked field by field, its sensitive numbers hidden."""

    _inherit = "logistics.intake"

    def _checked(self, account, payload):
        """A payload's fields, checked and with sensitive numbers hidden.

        :raises WrongField: names the field and, where it is short, the value
        """
        if not isinstance(payload, dict):
            raise WrongField(self.env._("The body must be one JSON object."), "")
        unknown = sorted(set(payload) - KNOWN)
        if unknown:
            raise WrongField(self.env._("Unknown field %s.", unknown[0]), unknown[0])
        sender = payload.get("sender")
        sender = {} if sender is None else sender
        if not isinstance(sender, dict):
            raise WrongField(self.env._("Field sender must be an object."), "sender")
        unknown = sorted(set(sender) - {"name", "email", "phone", "handle"})
        if unknown:
            field = f"sender.{unknown[0]}"
            raise WrongField(self.env._("Unknown field sender.%s.", unknown[0]), field)
        texts = {
            name: payload.get(name) for name in ("external_id", "subject", "ticket")
        }
        texts |= {f"sender.{name}": value for name, value in sender.items()}
        for name, value in texts.items():
            if value is not None and not isinstance(value, str):
                raise WrongField(
                    self.env._("Field %(name)s must be a text.", name=name), name
                )
            if value and len(value) > 500:
                raise WrongField(
                    self.env._("Field %(name)s is longer than 500.", name=name), name
                )
            self._no_nul(name, value)
        external_id = (payload.get("external_id") or "").strip()
        if not external_id:
            raise WrongField(self.env._("Field external_id is missing."), "external_id")
        text = self._text_of(payload)
        email = email_normalize(sender.get("email") or "")
        if sender.get("email") and not email:
            raise WrongField(
                self.env._(
                    "Field sender.email: %s is no address.",
                    mask_text(sender["email"])[0],
                ),
                "sender.email",
            )
        sent = payload.get("sent_at")
        if sent is not None:
            try:
                date_parser.isoparse(sent)
            except (TypeError, ValueError) as error:
                raise WrongField(
                    self.env._(
                        "Field sent_at: %s is no ISO 8601 time.", str(sent)[:40]
                    ),
                    "sent_at",
                ) from error
        text, hidden = mask_text(text)
        subject, in_subject = mask_text((payload.get("subject") or "").strip())
        name, in_name = mask_text((sender.get("name") or "").strip())
        return {
            "external_id": external_id,
            "text": text,
            "subject": subject,
            "sender_name": name,
            "sender_email": email or "",
            "sender_phone": self._e164(account.company_id, sender.get("phone")),
            "sender_handle": (sender.get("handle") or "").strip(),
            "partner_id": payload.get("partner_id") or False,
            "ticket": (payload.get("ticket") or "").strip(),
            "masked_count": sum(
                sum(counts.values()) for counts in (hidden, in_subject, in_name)
            ),
        }

    @api.private
    def _no_nul(self, name, value):
        if value and "\x00" in value:
            raise WrongField(
                self.env._("Field %(name)s holds a NUL character.", name=name), name
            )

    def _text_of(self, payload):
        """The text, or the lines of a transcript with who said them and when."""
        text, transcript = payload.get("text"), payload.get("transcript")
        if text is not None and transcript is not None:
            raise WrongField(
                self.env._("Give either text or transcript, not both."), "transcript"
            )
        if transcript is not None:
            if not isinstance(transcript, list) or not transcript:
                raise WrongField(
                    self.env._("Field transcript must be a list of lines."),
                    "transcript",
                )
            lines = []
            for place, line in enumerate(transcript):
                if not isinstance(line, dict) or not isinstance(line.get("text"), str):
                    raise WrongField(
                        self.env._("Each line of the transcript needs a text."),
                        f"transcript[{place}].text",
                    )
                head = " ".join(
                    str(line[key]) for key in ("at", "who") if line.get(key)
                )
                lines.append(f"{head}: {line['text']}" if head else line["text"])
            text = "\n".join(lines)
        if not isinstance(text, str) or not text.strip():
            raise WrongField(self.env._("Field text is missing or empty."), "text")
        if len(text) > TEXT_LIMIT:
            raise WrongField(
                self.env._("Field text is longer than %s characters.", TEXT_LIMIT),
                "text",
            )
        self._no_nul("text", text)
        return text.strip()
