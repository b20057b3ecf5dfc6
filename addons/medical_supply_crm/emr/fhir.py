# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""FHIR R4 and R5 schedule resources to schedule events.

A tolerant reader over plain dicts: it picks the fields below and looks at nothing else, so an
unknown extension, profile or patient cannot disturb it. R4 and R5 shapes are told apart field by
field (a CodeableReference has `concept`, a CodeableConcept has `coding`), because servers mix them.
Sources: https://hl7.org/fhir/R4/appointment.html, https://hl7.org/fhir/R5/appointment.html and the
pages of the other resources; status maps follow their required value sets.
"""

import json
import re

from .codes import deny_tokens
from .fhir_resource import Resource, join, personal
from .fhir_status import NOT_EVENTS, STATUS, TYPES

_MAX_DEPTH = 8  # bundles inside bundles
_START = re.compile(r'\{\s*"resourceType"\s*:\s*"(?:' + "|".join(sorted(TYPES)) + r')"')
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")


def read_fhir(text, out):
    """Read a resource, Bundle, list or NDJSON text into the collector; never raises on content."""
    reader = _Reader(out)
    try:
        reader.collect(_loads(text), "")
    except _NotJson as exc:
        if not _lines(text, out, reader):
            out.error(
                exc.position,
                "not-json",
                f"{exc}; looking for whole resources in the rest",
            )
            _salvage(text, reader)
    reader.finish()
    out.record = None


class _NotJson(ValueError):
    def __init__(self, message, position):
        super().__init__(message)
        self.position = position


def _loads(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        raise _NotJson(
            "this is not JSON", f"line {exc.lineno} column {exc.colno}"
        ) from None
    except RecursionError:
        raise _NotJson("nested too deeply", "line 1") from None
    except (ValueError, MemoryError):  # for example a number of 5,000 digits
        raise _NotJson("this is not usable JSON", "line 1") from None


def _lines(text, out, reader):
    """NDJSON: True when the text is one JSON object per line (some may be broken)."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    starts = sum(line.lstrip()[0] == "{" for _n, line in lines)
    ends = sum(line.rstrip()[-1] == "}" for _n, line in lines)
    if len(lines) < 2 or starts < len(lines) / 2 or ends < len(lines) / 2:
        return False
    for number, line in lines:
        out.record = number
        try:
            reader.collect(_loads(line), "", number)
        except _NotJson as exc:
            out.error(f"line {number}", "not-json", f"{exc}; line not read")
    return True


def _salvage(text, reader):
    """Whole schedule resources of a broken or cut-off document, in bounded time."""
    decoder, at, budget, number = json.JSONDecoder(), 0, 4 * len(text) + 10_000, 0
    while budget > 0:
        found = _START.search(text, at)
        if not found:
            return
        number += 1
        try:
            value, at = decoder.raw_decode(text, found.start())
            budget -= at - found.start()
            reader.collect(value, f"salvaged[{number}]")
        except json.JSONDecodeError as exc:
            budget -= max(exc.pos - found.start(), 1)
            at = found.end()
        except (ValueError, RecursionError, MemoryError):
            budget -= len(text)
            at = found.end()


class _Reader:
    """Two passes: `collect` finds the resources, `finish` turns them into events."""

    def __init__(self, out):
        self.out = out
        self.todo = []  # (resource, path, record, bundle update time, fullUrl)
        self.index = {}  # "Type/id" and fullUrl -> resource
        self.others = 0
        self.deny = set()

    # --- first pass ------------------------------------------------------------------------
    def collect(self, value, path, record=None):
        stack = [(value, path, 0, None, None)]
        while stack:
            value, path, depth, updated, url = stack.pop()
            self.out.record = record
            if isinstance(value, list) and depth == 0:
                items = [
                    (v, f"{path}[{i}]", 1, None, None) for i, v in enumerate(value)
                ]
                stack.extend(reversed(items))
                continue
            if not isinstance(value, dict):
                self.out.error(
                    path or "$",
                    "wrong-type",
                    "a resource must be a JSON object; not read",
                )
                continue
            kind = value.get("resourceType")
            if kind == "Bundle":
                self.out.result.units += 1
                if depth > _MAX_DEPTH:
                    self.out.error(
                        path, "too-deep", "bundles nested too deeply; not read"
                    )
                    continue
                stack.extend(reversed(self._entries(value, path, depth)))
            elif not isinstance(kind, str):
                self.out.error(
                    join(path, "resourceType"),
                    "no-type",
                    "resourceType is missing; not read",
                )
            else:
                self._resource(kind, value, path, record, updated, url)

    def _entries(self, bundle, path, depth):
        entries = bundle.get("entry")
        if entries is None:
            return []
        if not isinstance(entries, list):
            self.out.error(
                join(path, "entry"),
                "wrong-type",
                "entry must be a list; bundle not read",
            )
            return []
        stamp, found = bundle.get("timestamp"), []
        if not isinstance(stamp, str):
            meta = bundle.get("meta")
            stamp = meta.get("lastUpdated") if isinstance(meta, dict) else None
        for i, entry in enumerate(entries):
            where = join(path, f"entry[{i}]")
            if not isinstance(entry, dict):
                self.out.error(
                    where, "wrong-type", "an entry must be a JSON object; not read"
                )
                continue
            resource = entry.get("resource")
            request = entry.get("request")
            if resource is None:
                if isinstance(request, dict) and request.get("method") == "DELETE":
                    self._deleted(request, where, entry, stamp)
                elif not isinstance(entry.get("response"), dict):
                    self.out.problem(
                        where, "no-resource", "the entry holds no resource"
                    )
                continue
            response = entry.get("response")
            own = response.get("lastModified") if isinstance(response, dict) else None
            found.append(
                (
                    resource,
                    f"{where}.resource",
                    depth + 1,
                    own or stamp,
                    entry.get("fullUrl"),
                )
            )
        return found

    def _deleted(self, request, where, entry, stamp):
        """A history bundle's DELETE takes the visit back."""
        url = request.get("url")
        parts = url.split("/")[-2:] if isinstance(url, str) else []
        if len(parts) == 2 and parts[0] in STATUS and _ID.match(parts[1]):
            response = entry.get("response")
            own = response.get("lastModified") if isinstance(response, dict) else None
            gone = {
                "resourceType": parts[0],
                "id": parts[1],
                "status": "entered-in-error",
            }
            gone["meta"] = {"lastUpdated": own or stamp}
            self.todo.append((gone, where, self.out.record, None, None))

    def _resource(self, kind, resource, path, record, updated, url):
        self.out.result.units += 1
        ident = resource.get("id")
        if isinstance(ident, str):
            self.index.setdefault(f"{kind}/{ident}", resource)
        if isinstance(url, str):
            self.index.setdefault(url, resource)
        if kind in STATUS:
            self.todo.append((resource, path, record, updated, url))
        elif kind in ("Patient", "RelatedPerson", "Person"):
            self.deny |= deny_tokens(personal(resource))
        elif kind not in NOT_EVENTS:
            self.others += 1

    # --- second pass -----------------------------------------------------------------------
    def finish(self):
        for resource, path, record, updated, url in self.todo:
            self.out.record = record
            with self.out.guard(path or "$"):
                Resource(self, resource, path, updated, url).take()
        self.out.record = None
        if self.others:
            self.out.problem(
                "resourceType",
                "not-schedule",
                f"{self.others} resources of other types were not read",
            )
