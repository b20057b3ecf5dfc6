# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A calendar behind an address: fetched only when it has changed."""

from .web import FetchError


def fetch_calendar(web, url, headers=None, etag=None, modified=None):
    """The calendar's bytes, or None when it has not changed.

    :param web: `web.Web`
    :param etag, modified: ETag and Last-Modified of the last answer
    :return: (`Answer`, True when there is something new); 304 and an answer of the same
        ETag are nothing new
    :raises FetchError: code gone (404, 410), unauthorized (401, 403), bad-answer
    """
    asked = {"Accept": "text/calendar, text/plain;q=0.5", **(headers or {})}
    if etag:
        asked["If-None-Match"] = etag
    if modified:
        asked["If-Modified-Since"] = modified
    answer = web.get(url, asked)
    if answer.status == 304:
        return answer, False
    if answer.status in (404, 410):
        raise FetchError(
            "gone",
            "the calendar is gone: ask the sender for its new address",
            status=answer.status,
            final=answer.status == 410,
        )
    if answer.status in (401, 403):
        raise FetchError(
            "unauthorized",
            "the server refuses the user name, password or token",
            status=answer.status,
        )
    if answer.status != 200:
        raise FetchError(
            "bad-answer",
            f"the server answered with status {answer.status}",
            status=answer.status,
        )
    if b"BEGIN:VCALENDAR" not in answer.body[:4096].upper():
        raise FetchError("bad-answer", "the answer is not a calendar (a login page?)")
    new = not (etag and answer.headers.get("etag") == etag)
    return answer, new
