# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a FHIR schedule resource points at: people, places, orders; see `fhir_resource`."""

from .fhir_status import STATUS

_REFERABLE = frozenset(
    [
        "Appointment",
        "CareTeam",
        "Device",
        "Encounter",
        "Group",
        "HealthcareService",
        "Location",
        "Organization",
        "Patient",
        "Person",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "RelatedPerson",
        "Schedule",
        "ServiceRequest",
        "Slot",
    ]
)


class References:
    """Part of `fhir_resource.Resource` that follows references; `display` is never copied."""

    def people(self):
        """Names and numbers of people this resource points at: never to be copied.

        Their logical ids are no evidence: Patient/12 and Location/12 may both exist.
        """
        texts = []
        refs = [self.r.get("subject"), self.r.get("patient"), self.r.get("individual")]
        for item, _p in self.items("participant"):
            refs += [item.get("actor"), item.get("individual")]
        for ref in refs:
            if isinstance(ref, dict):
                kind = self.target(ref)[0]
                is_staff = kind in (
                    "Practitioner",
                    "PractitionerRole",
                    "Location",
                    "Device",
                )
                if not is_staff and kind not in (
                    "HealthcareService",
                    "Organization",
                    "CareTeam",
                ):
                    texts.append(ref.get("display"))
                    identifier = ref.get("identifier")
                    if isinstance(identifier, dict):
                        texts.append(identifier.get("value"))
        return [t for t in texts if isinstance(t, str)]

    def spots(self):
        """[(reference, path)] of everything that may name a place or a practitioner."""
        spots = []
        for item, path in self.items("participant"):
            for name in ("actor", "individual"):
                if isinstance(item.get(name), dict):
                    spots.append((item[name], f"{path}.{name}"))
        for item, path in self.items("performer"):
            actor = item.get("actor") if isinstance(item.get("actor"), dict) else item
            spots.append((actor, path))
        for item, path in self.items("location"):
            inner = (
                item.get("location") if isinstance(item.get("location"), dict) else item
            )
            spots.append((inner, path))
        for name in (
            "locationReference",
            "healthcareService",
            "serviceProvider",
            "actor",
        ):
            spots += self.items(name)
        for item, path in self.items("serviceType"):
            if isinstance(item.get("reference"), dict):
                spots.append((item["reference"], f"{path}.reference"))
        schedule = self.resolve(self.r.get("schedule")) if self.kind == "Slot" else None
        if isinstance(schedule, dict):
            spots += self.items("actor", schedule, self.at("schedule"))
        return spots

    def places(self):
        """(department, location, practitioner) codes, the first of each."""
        department = location = practitioner = None
        for ref, path in self.spots():
            kind, ident, value = self.target(ref)
            if kind == "Location" and location is None:
                location = self.out.code(ident or value, path, self.deny)
            elif kind in ("HealthcareService", "Organization") and department is None:
                department = self.out.code(ident or value, path, self.deny)
            elif kind in ("Practitioner", "PractitionerRole") and practitioner is None:
                practitioner = self.out.code(ident or value, path, self.deny)
        if department is None:
            for concept, path in self.items("specialty"):
                pairs = self.codings(concept, path)
                if pairs:
                    department = pairs[0][1]
                    break
        return department, location, practitioner

    def target(self, ref):
        """(type, id, identifier value) a Reference points at; display is never looked at."""
        text, kind, ident = ref.get("reference"), ref.get("type"), None
        kind = kind if isinstance(kind, str) else None
        resource = self.resolve(ref)
        if isinstance(resource, dict):
            kind = resource.get("resourceType")
        if isinstance(text, str) and text:
            path = text.split("?", 1)[0].split("/_history/", 1)[0].split("#", 1)[0]
            parts = path.rstrip("/").split("/")
            if len(parts) >= 2 and parts[-2] in _REFERABLE:
                kind, ident = kind or parts[-2], parts[-1]
            elif parts[-1] in _REFERABLE and "identifier=" in text:
                kind, ident = (
                    kind or parts[-1],
                    text.split("identifier=", 1)[1].split("|")[-1],
                )
            elif text.startswith(("urn:uuid:", "urn:oid:")):
                ident = text.rsplit(":", 1)[1]
        value = None
        holders = [ref.get("identifier")]
        if isinstance(resource, dict):
            known = resource.get("identifier")
            holders += known[:5] if isinstance(known, list) else [known]
        for holder in holders:
            if (
                value is None
                and isinstance(holder, dict)
                and isinstance(holder.get("value"), str)
            ):
                value = holder["value"]
        if isinstance(text, str) and text.startswith("#"):
            ident = value or text[1:]
        return kind, ident, value

    def resolve(self, ref):
        if not isinstance(ref, dict):
            return None
        text = ref.get("reference")
        if not isinstance(text, str):
            return None
        if text.startswith("#"):
            return self.contained.get(text)
        found = self.reader.index.get(text)
        if found is None and "/" in text:
            found = self.reader.index.get(
                "/".join(text.split("/_history/")[0].split("/")[-2:])
            )
        return found

    def based_on(self):
        """Hashes of the orders and appointments this resource carries out."""
        found = []
        for name in ("basedOn", "appointment", "replaces"):
            if name == "replaces" and self.kind != "ServiceRequest":
                continue
            for ref, _path in self.items(name):
                kind, ident, _value = self.target(ref)
                resource = self.resolve(ref)
                if isinstance(resource, dict) and isinstance(resource.get("id"), str):
                    ident = resource["id"]
                if kind in STATUS and ident:
                    found.append(self.out.hash(kind.lower(), ident))
        return tuple(dict.fromkeys(found))
