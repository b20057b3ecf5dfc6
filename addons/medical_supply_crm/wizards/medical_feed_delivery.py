# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError


class MedicalFeedDelivery(models.TransientModel):
    """Paste or upload schedule messages by hand, as a feed would deliver them.

    Text and file are handed over and emptied in the same transaction: the dialog's
    own record keeps nothing either.
    """

    _name = "medical.feed.delivery"
    _description = "Deliver Schedule Messages"

    feed_id = fields.Many2one("medical.feed", required=True)
    message_format = fields.Selection(
        [
            ("auto", "Recognise"),
            ("fhir", "FHIR R4 / R5 (JSON)"),
            ("hl7v2", "HL7 v2"),
            ("ical", "iCalendar"),
            ("csv", "CSV"),
            ("xlsx", "Excel (XLSX)"),
        ],
        string="Format",
        required=True,
        default="auto",
    )
    payload_text = fields.Text(
        string="Messages", compute="_compute_payload", readonly=False
    )
    payload_file = fields.Binary(
        string="File", compute="_compute_payload", readonly=False
    )
    payload_filename = fields.Char(compute="_compute_payload", readonly=False)
    result = fields.Text(readonly=True)

    def _compute_payload(self):
        """Never stored: the values live in the form and reach ``create`` once."""
        for delivery in self:
            delivery.payload_text = False
            delivery.payload_file = False
            delivery.payload_filename = False

    @api.model_create_multi
    def create(self, vals_list):
        """Deliver what the form holds; the record keeps only the counts."""
        kept, payloads = [], []
        for vals in vals_list:
            vals = dict(vals)
            text = vals.pop("payload_text", False)
            content = vals.pop("payload_file", False)
            vals.pop("payload_filename", None)
            kept.append(vals)
            payloads.append(self._decode(content) if content else text)
        deliveries = super().create(kept)
        for delivery, payload in zip(deliveries, payloads, strict=True):
            if payload:
                delivery._deliver(payload)
        return deliveries

    def _decode(self, content):
        """Bytes of the file.

        :raise UserError: the upload is damaged
        """
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(
                self.env._("The file arrived damaged; please choose it again.")
            ) from error

    def _deliver(self, payload):
        answer = self.feed_id.ingest(payload, self.message_format)
        lines = [
            self.env._(
                "%(received)s events read (%(format)s): %(created)s new, %(updated)s "
                "changed, %(unchanged)s already known.",
                **{
                    key: answer[key]
                    for key in ("received", "format", "created", "updated", "unchanged")
                },
            )
        ]
        if answer["problems"]:
            lines.append(
                self.env._("%s problems, see Feed Problems:", len(answer["problems"]))
            )
            lines += [
                f"{row['position']}: {row['message']}"
                for row in answer["problems"][:20]
            ]
        self.result = "\n".join(lines)

    def action_deliver(self):
        """Show what the feed made of the messages; ``create`` has delivered them."""
        self.ensure_one()
        if not self.result:
            raise UserError(
                self.env._("Paste messages or choose a file before delivering.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deliver Messages"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
