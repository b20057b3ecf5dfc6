# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who is named in messages: names, numbers, dates, phones, addresses to search for.

Used by the test and by the bench that run whole files through every door and then look for
these words in everything that was written.
"""

import json
import re

# What is a word of everyday life in any database proves nothing
COMMON = {
    "NONE", "TEST", "PATIENT", "UNKNOWN", "NULL", "SELF", "HOME", "MAIN", "STREET", "PHONE",
    "MALE", "FEMALE", "HOSPITAL", "DOCTOR", "OTHER", "SPOUSE", "MOTHER", "FATHER", "DATE",
}  # fmt: skip
# segment -> {field: components that identify; None: all}
_FIELDS = {
    "PID": {2: (1,), 3: (1,), 4: (1,), 5: (1, 2), 6: (1, 2), 7: (1,), 9: (1, 2), 11: (1,),
            13: (1, 4, 12), 14: (1, 4, 12), 18: (1,), 19: (1,), 20: (1,)},
    "NK1": {2: (1, 2), 4: (1,), 5: (1,), 6: (1,)},
    "GT1": {3: (1, 2), 5: (1,), 6: (1,), 7: (1,), 8: (1,), 12: (1,)},
    "IN1": {16: (1, 2), 18: (1,), 19: (1,)},
    "MRG": {1: (1,), 4: (1,), 7: (1, 2)},
}  # fmt: skip
_DATE = re.compile(r"((?:18|19|20)\d\d)(\d\d)(\d\d)")


def _dated(text):
    """A date in both of its usual forms, without the time."""
    found = _DATE.match(text)
    if not found:
        return [text[:10]]
    return ["".join(found.groups()), "-".join(found.groups())]


def fhir_words(resources):
    """Words of the Patient, RelatedPerson and Person resources among these (set of str)."""
    words = set()
    for resource in resources:
        if resource.get("resourceType") not in ("Patient", "RelatedPerson", "Person"):
            continue
        words.update(_dated(resource.get("birthDate") or ""))
        for name in resource.get("name") or ():
            words.update([name.get("family", ""), *name.get("given", ())])
        for part in ("telecom", "identifier"):
            words.update(
                str(one.get("value") or "") for one in resource.get(part) or ()
            )
        for address in resource.get("address") or ():
            words.update(address.get("line") or ())
        for extension in resource.get("extension") or ():
            if "mothersMaidenName" in extension.get("url", ""):
                words.add(extension.get("valueString") or "")
    return _useful(words)


def hl7_words(text):
    """Words of the people in HL7 v2 messages (set of str)."""
    words = set()
    for line in re.split(r"[\r\n]+", text):
        fields = line.split("|")
        for number, parts in _FIELDS.get(fields[0].lstrip("\ufeff\x0b"), {}).items():
            if number >= len(fields):
                continue
            for one in fields[number].split("~"):
                pieces = [piece.split("&")[0].strip() for piece in one.split("^")]
                for part in parts:
                    if part <= len(pieces):
                        piece = pieces[part - 1]
                        dated = fields[0] == "PID" and number == 7
                        words.update(_dated(piece) if dated else [piece])
    return _useful(words)


def _useful(words):
    return {
        word
        for word in (one.strip() for one in words)
        if (len(word) >= 4 or (len(word) == 3 and word.isalpha() and word[0].isupper()))
        and word.upper() not in COMMON
        and word != '""'
    }


def pattern(words):
    """Compiled pattern over bytes that finds any of the words as a whole."""
    texts = sorted((re.escape(word) for word in words), key=len, reverse=True)
    return re.compile(
        rb"(?<![0-9A-Za-z])(?:" + "|".join(texts).encode() + rb")(?![0-9A-Za-z])"
    )


def resources_of(text):
    """Resources of a FHIR JSON text: one, or those of a bundle."""
    found = json.loads(text)
    if found.get("resourceType") == "Bundle":
        return [entry["resource"] for entry in found.get("entry") or ()]
    return [found]
