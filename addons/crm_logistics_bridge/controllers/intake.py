# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import logging
import re

import psycopg2

from odoo import SUPERUSER_ID, http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.wrong_field import WrongField

_logger = logging.getLogger(__name__)

#: A delivery that meets the same one under way starts again, this often at most.
TRIES = 5


class Refused(Exception):
    """A delivery that is answered with a status and a reason."""

    def __init__(self, status, code, reason, field=None, **headers):
        super().__init__(reason)
        self.status, self.code, self.reason = status, code, reason
        self.content = {"error": code, "reason": reason}
        if field:
            self.content["field"] = field
        self.headers = {key.replace("_", "-"): value for key, value in headers.items()}


class LogisticsIntakeController(http.Controller):
    """Messages from other systems, one per delivery, with an API key of Odoo.

    A JSON object with files in base64, or multipart/form-data: the same fields as parts
    (sender.name and so on for the sender's), or the object as part "message", and any
    number of parts with a file name.

    auth="none": core's bearer authentication answers a wrong key with an HTML page,
    programs want the reason as JSON. The key is checked here by core's own method.
    """

    @http.route(
        "/logistics/intake/v1/<string:code>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def deliver(self, code, **_unused):
        """Take in one message; 200 with the ledger's answer, the same one each time."""
        try:
            account = self._account(code)
            payload, files = self._payload(account)
            answer = self._deliver(account, payload, files)
        except Refused as refusal:
            return self._json(refusal.content, refusal.status, refusal.headers)
        return self._json(answer, 200)

    def _json(self, content, status, headers=None):
        return request.make_response(
            json.dumps(content, ensure_ascii=False, sort_keys=True),
            status=status,
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Cache-Control", "no-store"),
                *(headers or {}).items(),
            ],
        )

    def _account(self, code):
        header = request.httprequest.headers.get("Authorization", "")
        found = re.match(r"^bearer\s+(\S+)$", header.strip(), re.IGNORECASE)
        env = request.env(user=SUPERUSER_ID)
        uid = found and env["res.users.apikeys"]._check_credentials(
            scope="rpc", key=found[1]
        )
        if not uid:
            raise Refused(
                401,
                "unauthorized",
                "Send a valid API key: Authorization: Bearer <key>.",
                WWW_Authenticate="Bearer",
            )
        account = env["logistics.channel.account"].search(
            [("code", "=", code), ("own", "=", False), ("user_ids", "in", uid)], limit=1
        )
        if not account:
            raise Refused(
                404, "no_account", "This key may deliver to no account of this code."
            )
        request.update_env(
            user=uid, context={"lang": env["res.users"].browse(uid).lang or "en_US"}
        )
        account = account.with_env(request.env).sudo()
        if account.env["logistics.intake.hit"]._count(account) > account.rate_limit:
            raise Refused(
                429,
                "too_many",
                f"More than {account.rate_limit} deliveries within a minute.",
                Retry_After="60",
            )
        return account

    def _payload(self, account):
        limit = account.size_limit_kb * 1024
        size = request.httprequest.content_length
        if size is None:
            raise Refused(411, "length_required", "Send a Content-Length.")
        if size > limit:
            raise Refused(
                413, "too_large", f"{size} bytes; at most {limit} are taken at once."
            )
        if request.httprequest.mimetype == "multipart/form-data":
            return self._parts(account)
        if request.httprequest.mimetype != "application/json":
            raise Refused(
                415,
                "not_json",
                "Send the message as Content-Type: application/json or "
                "multipart/form-data.",
            )
        try:
            text = request.httprequest.get_data().decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400, "not_utf8", "The body is not UTF-8.") from None
        return self._object(text), []

    def _object(self, text, **where):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            # without the parser's own words: they may quote the body
            what = "Part message" if where else "The body"
            raise Refused(
                400, "not_json", f"{what} is no valid JSON.", **where
            ) from None

    def _parts(self, account):
        """Fields and files of multipart/form-data."""
        form, uploads = request.httprequest.form, request.httprequest.files
        twice = [name for name in form if len(form.getlist(name)) > 1]
        if twice:
            raise Refused(
                400, "invalid", f"Part {twice[0]} is given twice.", field=twice[0]
            )
        fields = form.to_dict()
        if "message" in fields:
            payload = self._object(fields.pop("message"), field="message")
            if fields:
                name = min(fields)
                raise Refused(
                    400, "invalid", f"Part {name} stands beside message.", field=name
                )
        else:
            payload = {}
            for name, value in fields.items():
                if name.startswith("sender."):
                    payload.setdefault("sender", {})[name[7:]] = value
                elif name == "transcript":
                    payload[name] = self._object(value, field=name)
                else:
                    payload[name] = value
        limit, files = account.file_limit_kb * 1024, []
        for _name, upload in uploads.items(multi=True):
            # one byte more than is taken: the check of the size says which file it is
            files.append((upload.filename or "", upload.stream.read(limit + 1)))
        return payload, files

    def _deliver(self, account, payload, files):
        intake = account.env["logistics.intake"].sudo()
        for left in reversed(range(TRIES)):
            try:
                message = intake._receive(account, payload, files=files)
                account.env.cr.flush()
                account.env.cr.commit()
                break
            except WrongField as error:
                raise Refused(
                    error.status, error.code, str(error), field=error.field
                ) from error
            except UserError as error:
                raise Refused(400, "invalid", str(error)) from error
            except psycopg2.OperationalError:
                # The same message is being filed by another worker: what it did is
                # seen by a transaction that begins now.
                account.env.cr.rollback()
                account.env.transaction.reset()
                if not left:
                    raise
        if message.state == "failed":
            raise Refused(
                422, "not_filed", f"Kept as message {message.id}: {message.reason}"
            )
        return message.answer
