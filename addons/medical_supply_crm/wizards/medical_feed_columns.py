# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..emr import columns
from ..emr.times import iso


class MedicalFeedColumns(models.TransientModel):
    """Propose the columns of a table from an example, and show what is understood.

    The example stays in the form: neither the file nor any cell of it is stored.
    """

    _name = "medical.feed.columns"
    _description = "Propose Table Columns"

    feed_id = fields.Many2one("medical.feed", required=True, readonly=True)
    payload_file = fields.Binary(
        string="Example", compute="_compute_payload_file", readonly=False
    )
    payload_filename = fields.Char(compute="_compute_payload_file", readonly=False)
    problem = fields.Char(compute="_compute_payload_file", readonly=False)
    preview = fields.Html(
        compute="_compute_payload_file", readonly=False, sanitize=False
    )
    line_ids = fields.One2many("medical.feed.columns.line", "wizard_id")

    def _compute_payload_file(self):
        """Never stored: they live in the form only."""
        self.update(
            {
                "payload_file": False,
                "payload_filename": False,
                "problem": False,
                "preview": False,
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        """The form's file is dropped; the chosen headings are kept."""
        dropped = ("payload_file", "payload_filename", "problem", "preview")
        return super().create(
            [
                {name: value for name, value in vals.items() if name not in dropped}
                for vals in vals_list
            ]
        )

    @api.onchange("payload_file")
    def _onchange_payload_file(self):
        self.line_ids = [Command.clear()]
        self.preview = self.problem = False
        data = self._data()
        if not data:
            return
        try:
            header = columns.first_rows(data)[0][1]
            columns.check_header(header)
        except (ValueError, IndexError) as error:
            self.problem = str(error) or self.env._("The file is empty.")
            return
        self.line_ids = [
            Command.create(
                {
                    "meaning": meaning,
                    "heading": header[index],
                    "place": columns.letter(index),
                    "likeness": score,
                }
            )
            for meaning, (index, score) in columns.propose(header).items()
        ]
        self._onchange_line_ids()

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        data = self._data()
        if not data:
            return
        mapping = {
            line.meaning: line.heading
            for line in self.line_ids
            if line.meaning and line.heading
        }
        feed = self.feed_id.sudo()  # the key of the hashes, which are not shown
        try:
            events, problems = columns.preview(
                data,
                mapping,
                hash_key=feed._hash_key(),
                source=feed.source,
                timezone=feed.timezone,
            )
        except ValueError as error:
            self.problem, self.preview = str(error), False
            return
        self.problem = "; ".join(f"{place}: {text}" for place, text in problems[:5])
        self.preview = self._preview(events)

    def _data(self):
        """Bytes of the file in the form, or None."""
        try:
            return base64.b64decode(self.payload_file or b"", validate=True) or None
        except (binascii.Error, ValueError):
            return None

    def _preview(self, events):
        """The understood events as a table."""
        heads = (
            self.env._("Start (UTC)"),
            self.env._("Minutes"),
            self.env._("Status"),
            self.env._("Procedures"),
            self.env._("Department"),
            self.env._("Room"),
        )
        rows = [
            (
                iso(event.start) or "",
                event.duration_minutes or "",
                event.status,
                ", ".join(code for _system, code in event.procedure_codes),
                event.department or "",
                event.location or "",
            )
            for event in events
        ]
        cell = Markup("<td>%s</td>")
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (
            Markup().join(Markup("<th>%s</th>") % head for head in heads),
            Markup().join(
                Markup("<tr>%s</tr>") % Markup().join(cell % value for value in row)
                for row in rows
            ),
        )

    def action_save(self):
        """Keep the columns on the feed.

        :raise UserError: the start is missing, or a meaning is named twice
        """
        self.ensure_one()
        meanings = self.line_ids.mapped("meaning")
        if "start" not in meanings:
            raise UserError(self.env._("Say which column holds the start."))
        if len(set(meanings)) < len(meanings):
            raise UserError(self.env._("Two columns have the same meaning."))
        self.feed_id.column_ids = [
            Command.clear(),
            *(
                Command.create({"meaning": line.meaning, "heading": line.heading})
                for line in self.line_ids
            ),
        ]
        return {"type": "ir.actions.act_window_close"}
