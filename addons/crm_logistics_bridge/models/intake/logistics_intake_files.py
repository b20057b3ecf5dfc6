# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import binascii

from odoo import api, models
from odoo.tools.mimetypes import guess_mimetype

from ...engine.files import clean_name, endings, is_program, mask_file
from ...engine.masking import mask_text
from ...tools.wrong_field import WrongField


class LogisticsIntake(models.AbstractModel):
    """Files that come with a message: checked, hidden numbers, kept with the ticket."""

    _inherit = "logistics.intake"

    @api.private
    def _decoded(self, account, payload):
        """Files of the field attachments of a JSON delivery.

        :return: list of (name, content)
        :raises WrongField: names the attachment and its field
        """
        given = payload.get("attachments") if isinstance(payload, dict) else None
        if given is None:
            return []
        if not isinstance(given, list):
            raise WrongField(
                self.env._("Field attachments must be a list."), "attachments"
            )
        self._check_file_count(account, len(given))
        files = []
        for place, one in enumerate(given):
            field = f"attachments[{place}]"
            if not isinstance(one, dict):
                raise WrongField(
                    self.env._("Field %s must be an object.", field), field
                )
            unknown = sorted(set(one) - {"name", "content"})
            if unknown:
                wrong = f"{field}.{unknown[0]}"
                raise WrongField(self.env._("Unknown field %s.", wrong), wrong)
            for key in ("name", "content"):
                if not isinstance(one.get(key), str) or not one[key]:
                    wrong = f"{field}.{key}"
                    raise WrongField(
                        self.env._("Field %s is missing or no text.", wrong), wrong
                    )
            try:
                content = base64.b64decode(
                    "".join(one["content"].split()), validate=True
                )
            except (binascii.Error, ValueError) as error:
                wrong = f"{field}.content"
                raise WrongField(
                    self.env._("Field %s is no base64.", wrong), wrong
                ) from error
            files.append((one["name"], content))
        return files

    def _check_file_count(self, account, count):
        if count > account.file_count_limit:
            raise WrongField(
                self.env._(
                    "Field attachments: %(count)s files; at most %(limit)s are taken.",
                    count=count,
                    limit=account.file_count_limit,
                ),
                "attachments",
                code="too_many_files",
            )

    @api.private
    def _checked_files(self, account, files):
        """Files that may be kept, under clean names, their texts' numbers hidden.

        :param files: list of (name, content)
        :return: ``(list of (name, content), how many numbers were hidden)``
        :raises WrongField: 400, 413 or 415, names the file
        """
        self._check_file_count(account, len(files))
        allowed = set(endings("." + (account.file_types or "").replace(" ", ".")))
        allowed.discard("")
        limit = account.file_limit_kb * 1024
        checked, hidden = [], 0
        for place, (given, content) in enumerate(files):
            field = f"attachments[{place}]"
            name, in_name = mask_text(clean_name(given))
            if not name:
                wrong = f"{field}.name"
                raise WrongField(
                    self.env._("Field %s is no name of a file.", wrong), wrong
                )
            if not content:
                raise WrongField(
                    self.env._(
                        "Field %(field)s: %(name)s is empty.", field=field, name=name
                    ),
                    field,
                )
            if len(content) > limit:
                raise WrongField(
                    self.env._(
                        "Field %(field)s: %(name)s has %(size)s bytes; at most %(limit)s "
                        "are taken.",
                        field=field,
                        name=name,
                        size=len(content),
                        limit=limit,
                    ),
                    field,
                    code="too_large",
                    status=413,
                )
            ending = endings(name)[-1:]
            if is_program(name, content) or (
                allowed and (not ending or ending[0] not in allowed)
            ):
                raise WrongField(
                    self.env._(
                        "Field %(field)s: files like %(name)s are not taken here.",
                        field=field,
                        name=name,
                    ),
                    field,
                    code="file_type",
                    status=415,
                )
            content, in_file = mask_file(content)
            hidden += sum(in_name.values()) + sum(in_file.values())
            checked.append((name, content))
        return checked, hidden

    @api.private
    def _keep_files(self, record, files):
        """Attach files to a record; one insert."""
        if not files:
            return self.env["ir.attachment"]
        # What a stranger sent is shown as text, never run by a browser as a page.
        return (
            self.env["ir.attachment"]
            .with_context(attachments_mime_plainxml=True)
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        "mimetype": guess_mimetype(content),
                        "res_model": record._name,
                        "res_id": record.id,
                    }
                    for name, content in files
                ]
            )
        )

    @api.private
    def _kept_files(self, message):
        """The attachments that a failed message still holds."""
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", message._name),
                ("res_id", "=", message.id),
                ("res_field", "=", False),
            ],
            order="id",
        )
