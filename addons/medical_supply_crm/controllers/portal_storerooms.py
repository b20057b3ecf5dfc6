# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .common import HOME, MedicalPortal

STOREROOMS = f"{HOME}/storerooms"


class MedicalPortalStorerooms(MedicalPortal):
    """Stock and days of cover."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_storeroom",
                    "label": request.env._("Storerooms"),
                    "url": STOREROOMS,
                    "icon": "fa-archive",
                    "sequence": 30,
                }
            )
        return entries

    @http.route(STOREROOMS, type="http", auth="user", website=True, readonly=True)
    def medical_storerooms(self, **_kwargs):
        """The storerooms this user may see."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        return self._medical_render(
            "portal_storerooms",
            "medical_storerooms",
            request.env._("Storerooms"),
            storerooms=scope.storerooms(),
        )

    @http.route(
        f"{STOREROOMS}/<int:storeroom_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_storeroom(self, storeroom_id, **_kwargs):
        """Stock and days of cover of one storeroom."""
        try:
            room = self._medical_record("medical.storeroom", storeroom_id)
        except (AccessError, MissingError):
            return self._medical_away()
        lines = room.line_ids.sorted(
            lambda line: (
                line.daily_use <= 0,
                line.days_of_cover,
                line.product_id.display_name,
            )
        )
        return self._medical_render(
            "portal_storeroom",
            "medical_storeroom",
            room.name,
            crumbs=[(request.env._("Storerooms"), STOREROOMS)],
            storeroom=room,
            lines=lines,
        )
