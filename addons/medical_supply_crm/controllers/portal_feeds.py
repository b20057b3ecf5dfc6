# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from .common import HOME, MedicalPortal

FEEDS = f"{HOME}/feeds"
FEED_LEVELS = {
    "ok": "success",
    "waiting": "secondary",
    "attention": "warning",
    "silent": "danger",
    "failing": "danger",
}


class MedicalPortalFeeds(MedicalPortal):
    """How the hospital's schedule feeds are doing: for its integration engineer and
    its manager. Nothing of a message is shown but codes to map and positions."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_feeds and scope.feeds:
            entries.append(
                {
                    "key": "medical_feed",
                    "label": request.env._("Schedule feeds"),
                    "url": FEEDS,
                    "icon": "fa-plug",
                    "sequence": 90,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if scope.sees_feeds and scope.feeds:
            down = scope.feeds.filtered(
                lambda feed: feed.state not in ("ok", "waiting")
            )
            tiles.append(
                {
                    "key": "feeds",
                    "sequence": 50,
                    "title": request.env._("Schedule feeds that need attention"),
                    "url": FEEDS,
                    "count": len(down),
                    "level": "danger",
                }
            )
        return tiles

    @http.route(FEEDS, type="http", auth="user", website=True, readonly=True)
    def medical_feeds(self, **_kwargs):
        """Health of every feed of the hospital."""
        scope = self._medical_scope()
        if not scope.sees_feeds:
            return self._medical_away()
        return self._medical_render(
            "portal_feeds",
            "medical_feeds",
            request.env._("Schedule feeds"),
            feeds=scope.feeds._health(),
            levels=FEED_LEVELS,
        )
