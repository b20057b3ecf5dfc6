# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A FHIR R4 or R5 server: what it can do, and the pages of what has changed.

Sources: https://hl7.org/fhir/R4/http.html and search.html (paging, _lastUpdated, _include,
_elements), https://hl7.org/fhir/R5/search.html.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urljoin

from .. import times
from .web import FetchError, check_url, origin

PAGE = 200
MAX_PAGES = 5_000
# Never Patient: asked for are schedule resources and what says where they take place.
TYPES = ("Appointment", "ServiceRequest", "Procedure", "Encounter", "Slot")
PLACES = ("Location", "HealthcareService", "Schedule")
_DATE = {
    "Appointment": "date",
    "ServiceRequest": "occurrence",
    "Procedure": "date",
    "Encounter": "date",
    "Slot": "start",
}
# search parameter -> target type, which keeps the server from including patients
_INCLUDES = {
    "Appointment": (
        ("location", "Location"),
        ("actor", "HealthcareService"),
        ("actor", "Location"),
    ),
    "Encounter": (("location", "Location"),),
    "Procedure": (("location", "Location"),),
    "Slot": (("schedule", "Schedule"),),
}
_COMMON = "meta,identifier,status,priority,basedOn"
_ELEMENTS = {
    "Appointment": "serviceType,specialty,reasonCode,reason,start,end,minutesDuration,slot,"
    "participant,created,requestedPeriod",
    "ServiceRequest": "code,occurrenceDateTime,occurrencePeriod,occurrenceTiming,performer,"
    "locationReference,location,replaces,intent",
    "Procedure": "code,performedDateTime,performedPeriod,occurrenceDateTime,occurrencePeriod,"
    "occurrenceTiming,location,performer",
    "Encounter": "type,serviceType,period,actualPeriod,plannedStartDate,location,appointment,"
    "serviceProvider,class",
    "Slot": "serviceType,specialty,schedule,start,end",
}
_R5_ONLY = {"reason", "occurrenceDateTime", "occurrencePeriod", "occurrenceTiming"}


@dataclass(frozen=True)
class Page:
    """One page of a search.

    :ivar body: the bundle as received (bytes), to be read and forgotten
    :ivar number: 1-based
    :ivar count: matches on it
    :ivar updated: newest meta.lastUpdated of the matches (aware datetime) or None
    :ivar sorted: True while the matches of all pages so far came oldest first
    :ivar date: the server's clock at the first page (aware datetime) or None
    """

    body: bytes
    number: int
    count: int
    updated: object
    sorted: bool
    date: object
    last: bool


class FhirServer:
    """One server, one set of credentials.

    :param web: `web.Web`
    :param base: address of the server, for example https://emr.example.org/fhir
    :param auth: object with `header(renew=False)` -> dict of headers, or None
    """

    def __init__(self, web, base, auth=None, *, page=PAGE):
        self._web, self._auth, self._page = web, auth, page
        self.base = check_url(base, web.allow_plain).rstrip("/") + "/"
        self.release = None
        self._known = {}

    def open(self):
        """Read the CapabilityStatement; sets and returns `release` ("R4" or "R5").

        :raises FetchError: no FHIR server, or a release that is not spoken here
        """
        answer = self._web.get(
            urljoin(self.base, "metadata"), {"Accept": "application/fhir+json"}
        )
        if answer.status in (401, 403):  # some servers show it to clients only
            answer = self._get(urljoin(self.base, "metadata"))
        found = self._resource(answer, "CapabilityStatement")
        version = found.get("fhirVersion")
        version = version if isinstance(version, str) else ""
        release = {"4.0": "R4", "4.3": "R4", "5.0": "R5"}.get(version[:3])
        if release is None:
            known = version if version[:1].isdigit() and len(version) < 12 else "none"
            raise FetchError(
                "bad-release",
                f"the server speaks FHIR {known}; R4 (4.0, 4.3) or R5 (5.0) is needed",
                final=True,
            )
        self.release = release
        for rest in found.get("rest") or ():
            for one in (rest.get("resource") if isinstance(rest, dict) else None) or ():
                if isinstance(one, dict) and one.get("type") in TYPES:
                    include = one.get("searchInclude") or []
                    params = one.get("searchParam") or []
                    self._known[one["type"]] = (
                        {i for i in include if isinstance(i, str)},
                        {p.get("name") for p in params if isinstance(p, dict)},
                    )
        return release

    def offers(self, kind):
        """False when the server says what it has and `kind` is not among it."""
        return not self._known or kind in self._known

    def changes(self, kind, since=None, start=None):
        """Yield the pages of what has changed.

        :param kind: one of `TYPES`
        :param since: aware datetime: changed at or after it (server's clock); None: all
        :param start: aware datetime: without `since`, only what takes place after it
        :raises FetchError: at any page; what was yielded before remains good
        """
        if self.release is None:
            self.open()
        answer, url = self._first(kind, since, start)
        date, seen, ids = answer.date, {url}, set()
        newest, ordered, number = None, True, 0
        while True:
            number += 1
            bundle = self._resource(answer, "Bundle")
            count, stamps, new = self._stamps(bundle, kind, ids)
            for stamp in stamps:
                ordered = ordered and (newest is None or stamp >= newest)
                newest = stamp if newest is None else max(newest, stamp)
            following = self._next(bundle, url)
            if following and (following in seen or (number > 1 and not new)):
                raise FetchError(
                    "page-loop",
                    "the server's pages lead in a circle; the rest not read",
                )
            if following and number >= MAX_PAGES:
                raise FetchError(
                    "page-loop", f"over {MAX_PAGES} pages; the rest not read"
                )
            yield Page(
                self._completed(bundle, kind, answer.body),
                number,
                count,
                newest,
                ordered and newest is not None,
                date,
                not following,
            )
            if not following:
                return
            seen.add(following)
            url = following
            answer = self._get(url)

    # --- requests ----------------------------------------------------------------------
    def _get(self, url):
        if origin(url) != origin(self.base):
            raise FetchError(
                "foreign-page",
                "the server's next page lies at another address",
                final=True,
            )
        accept = {"Accept": "application/fhir+json"}
        if self.release:
            version = "4.0" if self.release == "R4" else "5.0"
            accept = {"Accept": f"application/fhir+json; fhirVersion={version}"}
        headers = dict(accept, **(self._auth.header() if self._auth else {}))
        answer = self._web.get(url, headers, same_origin=True)
        if answer.status == 401 and self._auth:
            headers = dict(accept, **self._auth.header(renew=True))
            answer = self._web.get(url, headers, same_origin=True)
        if answer.status in (406, 415):  # the version parameter is too much for some
            headers["Accept"] = "application/fhir+json"
            answer = self._web.get(url, headers, same_origin=True)
        return answer

    def _first(self, kind, since, start):
        """The first page, asked for in the best way that the server understands."""
        basic = [("_count", str(self._page))]
        if since is not None:
            basic.append(("_lastUpdated", f"ge{_instant(since)}"))
        elif start is not None:
            basic.append((_DATE[kind], f"ge{_instant(start)}"))
        full = [*basic, ("_sort", "_lastUpdated"), ("_elements", self._elements(kind))]
        for name, target in _INCLUDES.get(kind, ()):
            if f"{kind}:{name}" in self._known.get(kind, ((), ()))[0]:
                full.append(("_include", f"{kind}:{name}:{target}"))
        answer = None
        for params in (full, basic):
            url = urljoin(self.base, kind) + "?" + urlencode(params)
            answer = self._get(url)
            if answer.status != 400:
                break
        return answer, url

    def _elements(self, kind):
        names = f"{_COMMON},{_ELEMENTS[kind]}".split(",")
        if self.release == "R4":
            names = [
                name for name in names if name not in _R5_ONLY or kind != "Procedure"
            ]
            names = [
                name for name in names if (kind, name) != ("Appointment", "reason")
            ]
        return ",".join(names)

    def _next(self, bundle, url):
        for link in bundle.get("link") or ():
            if isinstance(link, dict) and link.get("relation") == "next":
                target = link.get("url")
                if isinstance(target, str) and target:
                    return urljoin(url, target)
        return None

    def _resource(self, answer, wanted):
        status = answer.status
        if status in (401, 403):
            raise FetchError(
                "unauthorized" if status == 401 else "forbidden",
                f"the server refuses the request (status {status}): check client, key"
                " and scopes",
                status=status,
            )
        if status in (404, 410):
            raise FetchError(
                "not-found", "the server knows nothing at this address", status=status
            )
        if status != 200:
            raise FetchError(
                "bad-answer", f"the server answered with status {status}", status=status
            )
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise FetchError("bad-answer", "the answer is not JSON") from None
        if not isinstance(found, dict) or found.get("resourceType") != wanted:
            raise FetchError("bad-answer", f"the answer is no FHIR {wanted}")
        return found

    # --- content -----------------------------------------------------------------------
    def _stamps(self, bundle, kind, ids):
        """(matches, their times in their order, True when one of them is new)."""
        count, stamps, new = 0, [], False
        for entry in bundle.get("entry") or ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if not isinstance(resource, dict) or resource.get("resourceType") != kind:
                continue
            count += 1
            ident = resource.get("id")
            if isinstance(ident, str):
                new = new or ident not in ids
                ids.add(ident)
            else:
                new = True
            meta = resource.get("meta")
            stamp = meta.get("lastUpdated") if isinstance(meta, dict) else None
            moment = times.fhir_time(stamp, times.UTC)[0] if stamp else None
            if moment:
                stamps.append(moment)
        return count, stamps, new

    def _completed(self, bundle, kind, body):
        """The page with the schedules its slots point at; other places say who they are
        by their reference."""
        if kind != "Slot":
            return body
        there, wanted = set(), []
        for entry in bundle.get("entry") or ():
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict):
                there.add(f"{resource.get('resourceType')}/{resource.get('id')}")
                reference = resource.get("schedule")
                text = (
                    reference.get("reference") if isinstance(reference, dict) else None
                )
                if isinstance(text, str) and text.startswith("Schedule/"):
                    wanted.append(text)
        missing = [one for one in dict.fromkeys(wanted) if one not in there]
        if not missing:
            return body
        more = []
        for at in range(0, len(missing), 50):
            ids = ",".join(one.split("/")[1] for one in missing[at : at + 50])
            url = urljoin(self.base, "Schedule") + "?" + urlencode({"_id": ids})
            found = self._resource(self._get(url), "Bundle")
            more += [
                entry
                for entry in found.get("entry") or ()
                if isinstance(entry, dict)
                and isinstance(entry.get("resource"), dict)
                and entry["resource"].get("resourceType") in PLACES
            ]
        return json.dumps({**bundle, "entry": [*(bundle["entry"]), *more]}).encode()


def _instant(moment):
    return (moment.astimezone(times.UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def begin_of(cursor, overlap):
    """Where to ask from: the cursor, less an overlap for writes that became visible late.

    :param cursor: aware datetime
    :param overlap: seconds
    """
    return cursor - timedelta(seconds=overlap)
