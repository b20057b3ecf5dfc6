# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.http import request, route

from odoo.addons.mail_gateway.controllers.gateway import GatewayController


class LogisticsGatewayController(GatewayController):
    """Notes which delivery of the messenger is being taken in, then lets it pass."""

    @route()
    def post_update(self, usage, token, *args, **kwargs):
        if request.httprequest.method == "POST":
            try:
                update = json.loads(request.httprequest.get_data())
            except ValueError:
                # nothing of it is said: it may hold what must not be kept
                return request.make_response(
                    json.dumps({"error": "not_json"}),
                    [("Content-Type", "application/json")],
                    status=400,
                )
            # sudo: the key is made of the delivery alone, no record is read
            key = request.env["mail.gateway.abstract"].sudo()._logistics_key(update)
            request.update_context(logistics_gateway_update=key)
        return super().post_update(usage, token, *args, **kwargs)
