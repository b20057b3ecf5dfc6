# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One FHIR schedule resource: its fields, picked one by one; see `fhir`."""

import re

from . import times
from .codes import deny_tokens
from .events import version_key
from .fhir_reference import References
from .fhir_status import STATUS


def join(path, name):
    return f"{path}.{name}" if path else name


def personal(resource):
    """Texts of a person resource that may not turn up as codes."""
    texts = [resource.get("birthDate")]
    for key, names in _PERSONAL.items():
        items = resource.get(key)
        for item in (items if isinstance(items, list) else [items])[:50]:
            if isinstance(item, dict):
                for name in names:
                    value = item.get(name)
                    texts += value[:20] if isinstance(value, list) else [value]
    return [t for t in texts if isinstance(t, str)]


_PERSONAL = {
    "name": ("text", "family", "given"),
    "telecom": ("value",),
    "identifier": ("value",),
    "contact": (),
}
_PEOPLE = ("Patient", "RelatedPerson", "Person", "Group")


class Resource(References):
    """One schedule resource of a reader."""

    def __init__(self, reader, resource, path, updated, url):
        self.reader, self.out, self.r, self.path = reader, reader.out, resource, path
        self.kind = resource["resourceType"]
        self.updated, self.url, self.cache = updated, url, {}
        contained = resource.get("contained")
        self.contained = {}
        self.deny = reader.deny
        for item in (contained if isinstance(contained, list) else [])[:200]:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                self.contained["#" + item["id"]] = item
                if item.get("resourceType") in _PEOPLE:
                    self.deny = self.deny | deny_tokens(personal(item))

    def take(self):
        out, ident = self.out, self.identity()
        people = self.people()
        if people:
            self.deny = self.deny | deny_tokens(people)
        if ident is None:
            out.error(self.at("id"), "no-id", "neither id nor identifier; not read")
            return
        status = self.status()
        start, end, minutes = self.times()
        if (
            start is None
            and self.kind == "Appointment"
            and status in ("booked", "arrived")
        ):
            out.error(
                self.at("start"), "no-start", "booked without a usable start; not read"
            )
            return
        if (
            start is None
            and self.kind not in ("Appointment", "Encounter")
            and status
            in (
                "booked",
                "arrived",
            )
        ):
            out.problem(self.path or "$", "no-start", "no usable time")
        codes = self.procedures()
        department, location, practitioner = self.places()
        out.add(
            event_hash=out.hash(self.kind.lower(), ident),
            kind=self.kind.lower(),
            status=status,
            start=start,
            end=end,
            duration_minutes=minutes,
            procedure_codes=codes,
            department=department,
            location=location,
            practitioner=practitioner,
            priority=self.priority(),
            version=self.version(status),
            position=self.path,
            based_on=self.based_on(),
        )

    # --- small tools -----------------------------------------------------------------------
    def at(self, name):
        return join(self.path, name)

    def items(self, name, holder=None, path=None):
        """[(dict, path)] of a repeating field; a lone object is taken as a list of one."""
        path = self.at(name) if path is None else f"{path}.{name}"
        if path not in self.cache:
            self.cache[path] = self._items(
                name, self.r if holder is None else holder, path
            )
        return self.cache[path]

    def _items(self, name, holder, path):
        value = holder.get(name)
        if value is None:
            return []
        if isinstance(value, dict):
            return [(value, path)]
        if not isinstance(value, list):
            self.out.problem(path, "wrong-type", "this must be a list; left out")
            return []
        found = []
        for i, item in enumerate(value[:500]):
            if isinstance(item, dict):
                found.append((item, f"{path}[{i}]"))
            else:
                self.out.problem(
                    f"{path}[{i}]", "wrong-type", "this must be an object; left out"
                )
        return found

    def obj(self, name, holder=None):
        value = (self.r if holder is None else holder).get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self.out.problem(
            self.at(name), "wrong-type", "this must be an object; left out"
        )
        return {}

    def time(self, value, path):
        if value is None:
            return None
        return self.out.time(value, path, times.fhir_time)

    def codings(self, concept, path):
        """[(system, code)] of a CodeableConcept or CodeableReference."""
        if isinstance(concept.get("concept"), dict):
            concept, path = concept["concept"], f"{path}.concept"
        found = []
        for coding, where in self.items("coding", concept, path):
            if coding.get("code") is not None:
                pair = self.out.coding(
                    coding.get("system"), coding["code"], f"{where}.code", self.deny
                )
                if pair:
                    found.append(pair)
        return found

    # --- fields ----------------------------------------------------------------------------
    def identity(self):
        ident = self.r.get("id")
        if isinstance(ident, str) and ident:
            return ident
        if ident is not None:
            self.out.problem(self.at("id"), "wrong-type", "id must be text")
        for item, _path in self.items("identifier"):
            value = item.get("value")
            if isinstance(value, str) and value:
                system = item.get("system")
                return f"{system if isinstance(system, str) else ''}|{value}"
        return self.url if isinstance(self.url, str) and self.url else None

    def status(self):
        value = self.r.get("status")
        table = STATUS[self.kind]
        if isinstance(value, str) and value.strip().lower() in table:
            return table[value.strip().lower()]
        if not table:
            return "unknown"
        if value is None:
            self.out.problem(self.at("status"), "no-status", "status is missing")
        else:
            self.out.problem(
                self.at("status"), "unknown-status", "not a status of this resource"
            )
        return "unknown"

    def times(self):
        r, start, end, minutes = self.r, None, None, None
        if self.kind in ("Appointment", "Slot"):
            start = self.time(r.get("start"), self.at("start"))
            end = self.time(r.get("end"), self.at("end"))
            if start is None:
                for period, path in self.items("requestedPeriod")[:1]:
                    start = self.time(period.get("start"), f"{path}.start")
            if self.kind == "Appointment":
                minutes = self.minutes(r.get("minutesDuration"), "minutesDuration")
            return start, end, minutes
        for name in _WHEN[self.kind]:
            value = r.get(name)
            if value is None:
                continue
            if isinstance(value, str):
                start = self.time(value, self.at(name))
            elif isinstance(value, dict):
                start, end = self.period(value, self.at(name))
            else:
                self.out.problem(
                    self.at(name), "wrong-type", "this must be a time or a period"
                )
            if start or end:
                break
        return start, end, minutes

    def period(self, value, path):
        if "repeat" in value or "event" in value:  # Timing
            repeat = value.get("repeat")
            bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
            events = value.get("event")
            if isinstance(events, list) and events:
                return self.time(events[0], f"{path}.event[0]"), None
            if isinstance(bounds, dict):
                return self.time(
                    bounds.get("start"), f"{path}.repeat.boundsPeriod.start"
                ), None
            return None, None
        return (
            self.time(value.get("start"), f"{path}.start"),
            self.time(value.get("end"), f"{path}.end"),
        )

    def minutes(self, value, name):
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.out.problem(
                self.at(name), "wrong-type", "minutes must be a number; left out"
            )
            return None
        return value if 0 < value < 10**6 else None

    def procedures(self):
        """Codes of the thing to be done: order first, then service type, then stated reason."""
        found = []
        for ref, _path in self.items("basedOn"):
            order = self.resolve(ref)
            if (
                isinstance(order, dict)
                and order.get("resourceType") == "ServiceRequest"
            ):
                code = order.get("code")
                if isinstance(code, dict):
                    found += self.codings(code, self.at("basedOn.code"))
        for name in _WHAT[self.kind]:
            for concept, path in self.items(name):
                found += self.codings(concept, path)
        return tuple(dict.fromkeys(found))

    def priority(self):
        value, path = self.r.get("priority"), self.at("priority")
        if isinstance(value, dict):  # R5 CodeableConcept
            pairs = self.codings(value, path)
            value = pairs[0][1] if pairs else None
        if isinstance(value, bool) or value is None:
            return None
        return self.out.priority(value, path, self.deny)

    def version(self, status):
        meta = self.obj("meta")
        stamp, path = meta.get("lastUpdated"), self.at("meta.lastUpdated")
        if stamp is None:
            stamp, path = self.updated, self.at("lastUpdated")
        if stamp is None and self.out.received is None:
            stamp, path = self.r.get("created"), self.at("created")
        updated = (
            times.fhir_time(stamp, self.out.zone)[0]
            if stamp is not None
            else self.out.received
        )
        if stamp is not None and updated is None:
            self.out.problem(path, "invalid", "this is not a date or time")
        counter = meta.get("versionId")
        counter = (
            int(counter)
            if isinstance(counter, str) and re.fullmatch(r"\d{1,12}", counter)
            else 0
        )
        return version_key(updated=updated, counter=counter, status=status)


_WHEN = {
    "ServiceRequest": ("occurrenceDateTime", "occurrencePeriod", "occurrenceTiming"),
    "Procedure": (
        "performedDateTime",
        "performedPeriod",
        "occurrenceDateTime",
        "occurrencePeriod",
        "occurrenceTiming",
    ),
    "Encounter": ("period", "actualPeriod", "plannedStartDate"),
}
_WHAT = {
    "Appointment": ("serviceType", "reasonCode", "reason"),
    "Slot": ("serviceType",),
    "ServiceRequest": ("code",),
    "Procedure": ("code",),
    "Encounter": ("type", "serviceType"),
}
