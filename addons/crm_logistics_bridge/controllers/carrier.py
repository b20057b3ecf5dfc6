# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import re

from odoo import SUPERUSER_ID, http
from odoo.exceptions import UserError
from odoo.http import request

#: Largest body taken, in bytes: 500 events with room for words.
MAX_BYTES = 512 * 1024


class LogisticsCarrierController(http.Controller):
    """Events from carriers: JSON with an API key of Odoo, reasons as JSON.

    auth="none": core's bearer authentication answers a wrong key with an HTML page,
    programs want the reason. The key is checked here by core's own method.
    """

    @http.route(
        "/logistics/carrier/v1/events",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def events(self, **_unused):
        """Keep the events of one delivery; the same ones again change nothing."""
        uid = self._uid()
        if not uid:
            return self._answer(
                401,
                {
                    "error": "unauthorized",
                    "reason": "Send a valid API key: Authorization: Bearer <key>.",
                },
            )
        user = request.env(user=SUPERUSER_ID)["res.users"].browse(uid)
        request.update_env(user=uid, context={"lang": user.lang or "en_US"})
        if not request.env.user.has_group(
            "crm_logistics_bridge.group_logistics_carrier"
        ):
            return self._answer(
                403,
                {
                    "error": "forbidden",
                    "reason": "The user of this key is not in the group "
                    "'Customer Logistics: carrier reports by API'.",
                },
            )
        refusal, payload = self._payload()
        if refusal:
            return refusal
        # sudo: the group is the gate; only parcels of the user's companies are found
        events = request.env["logistics.carrier.event"].sudo()
        try:
            with request.env.cr.savepoint():
                results = events._receive(payload, request.env.user.company_ids)
        except UserError as error:
            return self._answer(422, {"error": "invalid", "reason": str(error)})
        unknown = all(row["result"] == "unknown_tracking" for row in results)
        if unknown:
            return self._answer(
                404,
                {
                    "error": "unknown_tracking",
                    "reason": "No delivery has one of these tracking numbers.",
                    "results": results,
                },
            )
        return self._answer(200, {"results": results})

    def _uid(self):
        header = request.httprequest.headers.get("Authorization", "")
        found = re.match(r"^bearer\s+(\S+)$", header.strip(), re.IGNORECASE)
        keys = request.env(user=SUPERUSER_ID)["res.users.apikeys"]
        return found and keys._check_credentials(scope="rpc", key=found[1])

    def _payload(self):
        """(refusal or None, payload)"""
        size = request.httprequest.content_length
        if size is None:
            return self._refuse(411, "length_required", "Send a Content-Length."), None
        if size > MAX_BYTES:
            reason = f"{size} bytes; at most {MAX_BYTES} are taken at once."
            return self._refuse(413, "too_large", reason), None
        if request.httprequest.mimetype != "application/json":
            reason = "Send the events as Content-Type: application/json."
            return self._refuse(415, "not_json", reason), None
        try:
            return None, json.loads(request.httprequest.get_data().decode("utf-8"))
        except (ValueError, RecursionError):
            return self._refuse(400, "not_json", "The body is no valid JSON."), None

    def _refuse(self, status, error, reason):
        return self._answer(status, {"error": error, "reason": reason})

    def _answer(self, status, content):
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", "no-store"),
        ]
        if status == 401:
            headers.append(("WWW-Authenticate", "Bearer"))
        return request.make_response(
            json.dumps(content, ensure_ascii=False), status=status, headers=headers
        )
