# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ..models.portal.medical_portal_stock import FILTERS
from ..models.storeroom.medical_storeroom import WEEKDAY_FIELDS
from .common import HOME, PAGE_SIZE, MedicalPortal

STOREROOMS = f"{HOME}/storerooms"


class MedicalPortalStorerooms(MedicalPortal):
    """Stock, lots and days of cover."""

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

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if not scope.sees_stock:
            return tiles
        counts = self._stock_counts(scope.storerooms()).values()
        return [
            *tiles,
            {
                "key": "low_stock",
                "sequence": 40,
                "title": request.env._("Products short in stock"),
                "hint": request.env._("Below par, or for less than two days"),
                "url": f"{STOREROOMS}?only=short",
                "count": sum(row["short"] for row in counts),
                "level": "danger",
            },
            {
                "key": "expiring",
                "sequence": 60,
                "title": request.env._("Products with a lot that expires in 30 days"),
                "url": f"{STOREROOMS}?only=expiring",
                "count": sum(row["expiring"] for row in counts),
                "level": "warning",
            },
        ]

    def _medical_today(self):
        return fields.Date.context_today(request.env.user)

    def _stock_counts(self, rooms, search=""):
        return request.env["medical.portal.stock"].counts(
            rooms, self._medical_today(), search
        )

    def _filter_labels(self):
        return dict(
            zip(
                FILTERS,
                (
                    request.env._("All"),
                    request.env._("Short"),
                    request.env._("Low"),
                    request.env._("Expiring"),
                ),
                strict=True,
            )
        )

    def _delivery_days(self, room):
        """Short names of the weekdays of delivery, in the reader's language."""
        names = dict(
            request.env["res.lang"]
            ._fields["week_start"]
            ._description_selection(request.env)
        )
        return [
            names[str(number)]
            for number, name in enumerate(WEEKDAY_FIELDS, 1)
            if room[name]
        ]

    def _delivery_closures(self, room):
        """Days of the next three months on which this storeroom takes nothing."""
        today = self._medical_today()
        # sudo: of a storeroom that has been checked to be the user's
        return (
            request.env["medical.storeroom.closure"]
            .sudo()
            .search(
                [
                    ("hospital_id", "=", room.hospital_id.id),
                    ("storeroom_id", "in", [False, room.id]),
                    ("date_to", ">=", today),
                    ("date_from", "<=", today + timedelta(days=90)),
                ],
                order="date_from, id",
                limit=20,
            )
        )

    @http.route(
        [STOREROOMS, f"{STOREROOMS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_storerooms(self, page=1, search="", only="all", **_kwargs):
        """The storerooms this user may see, those that are short first."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        only = only if only in FILTERS else "all"
        search = search.strip()[:100]
        rooms = scope.storerooms()
        counts = self._stock_counts(rooms)
        if search:
            rooms = rooms.filtered(
                lambda room: (
                    search.lower()
                    in " ".join(
                        [room.name, *room.department_ids.mapped("name")]
                    ).lower()
                )
            )
        if only != "all":
            rooms = rooms.filtered(lambda room: counts.get(room.id, {}).get(only))
        rooms = rooms.sorted(lambda room: -counts.get(room.id, {}).get("short", 0))
        pager = self._medical_pager(
            STOREROOMS, len(rooms), page, search=search, only=only
        )
        return self._medical_render(
            "portal_storerooms",
            "medical_storerooms",
            request.env._("Storerooms"),
            storerooms=rooms[pager["offset"] : pager["offset"] + PAGE_SIZE],
            counts=counts,
            pager=pager,
            search=search,
            only=only,
            filters=self._filter_labels(),
            filter_url=STOREROOMS,
        )

    @http.route(
        [
            f"{STOREROOMS}/<int:storeroom_id>",
            f"{STOREROOMS}/<int:storeroom_id>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_storeroom(self, storeroom_id, page=1, search="", only="all", **_kw):
        """Stock, lots and days of cover of one storeroom."""
        try:
            room = self._medical_record("medical.storeroom", storeroom_id)
        except (AccessError, MissingError):
            return self._medical_away()
        only = only if only in FILTERS else "all"
        search = search.strip()[:100]
        counts = self._stock_counts(room, search).get(
            room.id, dict.fromkeys(FILTERS, 0)
        )
        url = f"{STOREROOMS}/{room.id}"
        pager = self._medical_pager(url, counts[only], page, search=search, only=only)
        stock = request.env["medical.portal.stock"]
        lines = stock.page(
            room,
            self._medical_today(),
            search,
            only,
            limit=PAGE_SIZE,
            offset=pager["offset"],
        )
        try:
            delivery = room.promised_date(fields.Datetime.now())
        except UserError:
            # closed for a year: there is no next delivery to show
            delivery = False
        return self._medical_render(
            "portal_storeroom",
            "medical_storeroom",
            room.name,
            crumbs=[(request.env._("Storerooms"), STOREROOMS)],
            storeroom=room,
            lines=lines,
            lots=stock.lots(lines),
            counts=counts,
            pager=pager,
            search=search,
            only=only,
            filters=self._filter_labels(),
            filter_url=url,
            today=self._medical_today(),
            delivery=delivery,
            closures=self._delivery_closures(room),
            delivery_days=self._delivery_days(room),
        )
