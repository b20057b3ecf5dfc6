# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, http
from odoo.http import content_disposition, request

from ..tools.csv_stream import csv_chunks
from .common import HOME, MedicalPortal

EXPORT = f"{HOME}/export"


class MedicalPortalExport(MedicalPortal):
    """Files for the hospital's own spreadsheets."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_export",
                    "label": request.env._("Export"),
                    "url": EXPORT,
                    "icon": "fa-download",
                    "sequence": 100,
                }
            )
        return entries

    @http.route(EXPORT, type="http", auth="user", website=True, readonly=True)
    def medical_exports(self, **_kwargs):
        """Choose what to take along."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        return self._medical_render(
            "portal_export",
            "medical_export",
            request.env._("Export"),
            subjects=request.env["medical.portal.export"].subjects(),
            rooms=scope.storerooms(),
        )

    @http.route(
        f"{EXPORT}/<string:subject>.csv", type="http", auth="user", readonly=True
    )
    def medical_export(self, subject, storeroom=None, **_kwargs):
        """One table as CSV, written while it is read."""
        scope = self._medical_scope()
        subjects = request.env["medical.portal.export"].subjects()
        if not scope.sees_stock or subject not in subjects:
            return self._medical_away()
        rooms = scope.storerooms()
        if str(storeroom or "").isdigit():
            rooms = rooms.filtered(lambda room: room.id == int(storeroom))
            if not rooms:
                return self._medical_away()
        registry, uid, context = (
            request.env.registry,
            request.env.uid,
            dict(request.env.context),
        )
        room_ids = rooms.ids

        def stream():
            # the request's own cursor is closed before the first byte leaves
            with registry.cursor(readonly=True) as cr:
                env = api.Environment(cr, uid, context)
                header, batches = env["medical.portal.export"].table(
                    subject, env["medical.storeroom"].browse(room_ids)
                )
                yield from csv_chunks(header, batches)

        name = f"{subject}-{fields.Date.context_today(request.env.user)}.csv"
        return request.make_response(
            stream(),
            [
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
