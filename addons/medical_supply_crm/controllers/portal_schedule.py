# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, http
from odoo.http import request

from .common import HOME, PAGE_SIZE, MedicalPortal

DEMAND = f"{HOME}/demand"
# Bookings further ahead are rare, and stock so far ahead is a guess.
WEEKS_AHEAD = 8
SHORT_AHEAD = 7


class MedicalPortalSchedule(MedicalPortal):
    """Booked procedures, without any patient, and the products each day will need."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_demand",
                    "label": request.env._("Schedule"),
                    "url": DEMAND,
                    "icon": "fa-calendar",
                    "sequence": 20,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if not scope.sees_stock:
            return tiles
        today = fields.Date.context_today(request.env.user)
        tiles.append(
            {
                "key": "shortages",
                "sequence": 20,
                "title": request.env._("Products that will be short for procedures"),
                "hint": request.env._("In the next %s days", SHORT_AHEAD),
                "url": DEMAND,
                "count": request.env["medical.portal.demand"].short_lines(
                    scope.storerooms(), today, today + timedelta(days=SHORT_AHEAD - 1)
                ),
                "level": "danger",
            }
        )
        return tiles

    # -- what is asked for -------------------------------------------------------------
    def _demand_rooms(self, scope, room):
        """All storerooms of the user, or the one chosen if it is theirs."""
        rooms = scope.storerooms()
        chosen = rooms.filtered(lambda record: str(record.id) == str(room or ""))
        return chosen or rooms, chosen

    def _asked_day(self, text, today):
        """Day of the address, from today on and not too far; today for anything else."""
        try:
            day = fields.Date.to_date(text or "")
        except ValueError:
            day = None
        last = today + timedelta(weeks=WEEKS_AHEAD)
        return min(max(day or today, today), last)

    def _zone(self, scope):
        """Time zone of the hospital's schedule."""
        # sudo: only the time zone of the feed is read, which ward users may know
        feed = (
            request.env["medical.feed"]
            .sudo()
            .search([("hospital_id", "in", scope.hospitals.ids)], limit=1)
        )
        return ZoneInfo(feed.timezone or request.env.user.tz or "UTC")

    def _event_domain(self, rooms, zone, start, end):
        """Events of the hospital's calendar days ``start`` to ``end``."""

        def moment(day):
            local = datetime.combine(day, time(), tzinfo=zone)
            return local.astimezone(UTC).replace(tzinfo=None)

        return [
            ("state", "=", "ready"),
            ("is_booked", "=", True),
            ("storeroom_id", "in", rooms.ids),
            ("start", ">=", moment(start)),
            ("start", "<", moment(end + timedelta(days=1))),
        ]

    # -- pages --------------------------------------------------------------------------
    @http.route(DEMAND, type="http", auth="user", website=True, readonly=True)
    def medical_demand(self, week=None, room=None, **_kwargs):
        """Seven days: procedures, products and shortages of each."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        today = fields.Date.context_today(request.env.user)
        start = self._asked_day(week, today)
        end = start + timedelta(days=6)
        rooms, chosen = self._demand_rooms(scope, room)
        zone = self._zone(scope)
        events = dict(
            request.env["medical.event"]
            .with_context(tz=zone.key)
            ._read_group(
                self._event_domain(rooms, zone, start, end),
                ["start:day"],
                ["__count"],
            )
        )
        events = {key.date(): count for key, count in events.items()}
        needs = request.env["medical.portal.demand"].days(rooms, today, start, end)
        return self._medical_render(
            "portal_demand",
            "medical_demand",
            request.env._("What the schedule needs"),
            days=[
                {
                    "date": day,
                    "today": day == today,
                    "events": events.get(day, 0),
                    **needs.get(day, {"products": 0, "short": 0}),
                }
                for day in (start + timedelta(days=number) for number in range(7))
            ],
            start=start,
            end=end,
            previous=max(start - timedelta(days=7), today) if start > today else None,
            following=start + timedelta(days=7)
            if start + timedelta(days=7) <= today + timedelta(weeks=WEEKS_AHEAD)
            else None,
            room=chosen,
            rooms=scope.storerooms(),
        )

    @http.route(
        [f"{DEMAND}/<string:day>", f"{DEMAND}/<string:day>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def medical_demand_day(self, day, page=1, room=None, **_kwargs):
        """One day: the products it needs, the short ones first, and its procedures."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        today = fields.Date.context_today(request.env.user)
        date = self._asked_day(day, today)
        if fields.Date.to_string(date) != day:
            return request.redirect(f"{DEMAND}/{date}")
        rooms, chosen = self._demand_rooms(scope, room)
        demand = request.env["medical.portal.demand"]
        pager = self._medical_pager(
            f"{DEMAND}/{day}",
            demand.product_count(rooms, today, date, date),
            page,
            room=chosen.id,
        )
        events = scope.search(
            "medical.event",
            self._event_domain(rooms, self._zone(scope), date, date),
            order="start, id",
            limit=200,
        )
        return self._medical_render(
            "portal_demand_day",
            "medical_demand_day",
            request.env._("What this day needs"),
            crumbs=[(request.env._("Schedule"), f"{DEMAND}?week={day}")],
            date=date,
            needs=demand.products(rooms, today, date, date, PAGE_SIZE, pager["offset"]),
            events=events,
            zone=self._zone(scope).key,
            pager=pager,
            room=chosen,
            previous=date - timedelta(days=1) if date > today else None,
            following=date + timedelta(days=1),
        )
