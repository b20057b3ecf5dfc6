# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from .common import HOME, MedicalPortal


class MedicalPortalHome(MedicalPortal):
    """The first page: what needs you today."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "medical_access_count" in counters:
            values["medical_access_count"] = int(bool(self._medical_scope()))
        return values

    @http.route(HOME, type="http", auth="user", website=True, readonly=True)
    def medical_home(self, away=None, **_kwargs):
        """What needs the hospital today."""
        scope = self._medical_scope()
        if not scope:
            return request.redirect("/my")
        tiles = sorted(self._medical_tiles(scope), key=lambda tile: tile["sequence"])
        return self._medical_render(
            "portal_home",
            "medical_home",
            request.env._("What needs you today"),
            urgent_tiles=[tile for tile in tiles if tile["count"]],
            quiet_tiles=[tile for tile in tiles if not tile["count"]],
            error=request.env._(
                "That page does not exist, or it belongs to a department that is not "
                "yours. Choose from the pages below; if you need more of them, ask "
                "your hospital's manager."
            )
            if away
            else None,
            **self._medical_home_values(scope),
        )
