# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request


class MedicalFeedKeys(http.Controller):
    """The public key set of a feed, for the server that verifies its signatures."""

    @http.route(
        "/medical/feed/<string:token>/jwks.json",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def jwks(self, token):
        """Public keys as a JSON Web Key Set; 404 for an unknown token."""
        # sudo: the answer is public by nature, and whoever asks has the feed's token
        feed = request.env["medical.feed"].sudo().search([("jwks_token", "=", token)])
        if not token or len(feed) != 1:
            return request.not_found()
        return request.make_json_response(
            feed.public_jwks, headers=[("Cache-Control", "max-age=300")]
        )
