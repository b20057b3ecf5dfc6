# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be copied out of a message: codes, systems and statuses.

A value leaves a reader only when it *looks like a code*.  A name, a national id, a
phone number or a birth date that someone typed into a code field is refused, so a
careless sender cannot leak a person through a field of the white list.
"""

import re
from functools import lru_cache

STATUSES = (
    "proposed",
    "pending",
    "booked",
    "arrived",
    "fulfilled",
    "noshow",
    "cancelled",
    "entered-in-error",
    "unknown",
)
# Of two versions with the same time the later stage of life wins (see events.version_key).
STATUS_RANK = {
    "unknown": 0,
    "proposed": 1,
    "pending": 2,
    "booked": 3,
    "arrived": 4,
    "fulfilled": 5,
    "noshow": 6,
    "cancelled": 7,
    "entered-in-error": 8,
}

SNOMED = "http://snomed.info/sct"
LOCAL = "L"
# HL7 table 0396 names and OIDs -> the URI FHIR uses, so that one catalogue entry serves all feeds.
SYSTEM_ALIASES = {
    "sct": SNOMED,
    "sct2": SNOMED,
    "snm": SNOMED,
    "snm3": SNOMED,
    "snomed": SNOMED,
    "snomedct": SNOMED,
    "snomed-ct": SNOMED,
    "2.16.840.1.113883.6.96": SNOMED,
    "c4": "http://www.ama-assn.org/go/cpt",
    "c5": "http://www.ama-assn.org/go/cpt",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "cpt4": "http://www.ama-assn.org/go/cpt",
    "cpt-4": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "i10p": "http://hl7.org/fhir/sid/icd-10-pcs",
    "icd10pcs": "http://hl7.org/fhir/sid/icd-10-pcs",
    "icd-10-pcs": "http://hl7.org/fhir/sid/icd-10-pcs",
    "http://www.cms.gov/medicare/coding/icd10": "http://hl7.org/fhir/sid/icd-10-pcs",
    "2.16.840.1.113883.6.4": "http://hl7.org/fhir/sid/icd-10-pcs",
    "i9": "http://hl7.org/fhir/sid/icd-9-cm",
    "i9c": "http://hl7.org/fhir/sid/icd-9-cm",
    "i9cp": "http://hl7.org/fhir/sid/icd-9-cm",
    "icd9": "http://hl7.org/fhir/sid/icd-9-cm",
    "icd-9-cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.104": "http://hl7.org/fhir/sid/icd-9-cm",
    "hcpcs": "http://terminology.hl7.org/CodeSystem/HCPCS",
    "hpc": "http://terminology.hl7.org/CodeSystem/HCPCS",
    "ln": "http://loinc.org",
    "loinc": "http://loinc.org",
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "edi": "kr-edi",
    "kredi": "kr-edi",
    "kr-edi": "kr-edi",
    "hira": "kr-edi",
    "l": LOCAL,
    "local": LOCAL,
    "99zzz": LOCAL,
    "": LOCAL,
}

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:/+\-]{0,62}[A-Za-z0-9])?\Z")
_WORD = re.compile(r"[A-Z_\-.]{1,10}\Z|[a-z_\-.]{1,10}\Z")
_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#%~+\-]{0,118}\Z")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[A-Za-z]")
_DATE8 = re.compile(r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\Z")
_PERSONAL = tuple(
    re.compile(p)
    for p in (
        # national ids: KR resident number (with or without hyphen), US social security number
        r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[0-9]\d{6}(?!\d)",
        r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
        # phones: 010-1234-5678, 02-123-4567, 555-555-5555, 271-9000, +82-10..., 01012345678
        r"(?<!\d)\+?\d{0,3}[-./]?\d{2,4}[-./]\d{3,4}[-./]\d{4}(?!\d)",
        r"(?<![\dA-Za-z-])\d{3}-\d{4}(?![\dA-Za-z-])",
        r"^\+\d{8,15}$",
        r"^01[016789]\d{7,8}$",
        # dates: 1988-01-31, 1988.1.31, 31/01/1988
        r"(?<!\d)(?:18|19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:18|19|20)\d\d(?!\d)",
    )
)

# Verhoeff dihedral tables, used by SNOMED CT identifiers (SNOMED CT TIG, "Check-digit computation")
_D5 = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_P8 = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def verhoeff_ok(digits):
    """True when the last digit of `digits` is its Verhoeff check digit (as in SNOMED CT)."""
    check = 0
    for i, char in enumerate(reversed(digits)):
        check = int(_D5[check][int(_P8[i % 8][int(char)])])
    return check == 0


def snomed_ok(value):
    """True for a well-formed SNOMED CT concept id: length, partition and check digit."""
    if not value.isdigit() or not 6 <= len(value) <= 18:
        return False
    # the partition before the check digit: 00 core concept, 10 extension (with 7-digit namespace)
    partition = "10" if len(value) >= 11 and value[-3:-1] == "10" else "00"
    return value[-3:-1] == partition and verhoeff_ok(value)


@lru_cache(maxsize=65536)
def code_fault(value, snomed=False):
    """Why `value` must not be copied as a code, or None when it may.

    :param value: str, already stripped
    :param snomed: True when the sender says it is a SNOMED CT identifier; digits that would
        read as a birth date or a national id are then accepted if the check digit is right.
    :return: None | "too-long" | "not-a-code" | "word-not-code" | "looks-personal"
    """
    if len(value) > 64:
        return "too-long"
    if not _CODE.match(value):
        return "not-a-code"
    if not _DIGIT.search(value):
        # ICU, OR, ENDO, gp are codes; Smith, HongGildong or a long word is not
        return None if _WORD.match(value) else "word-not-code"
    if snomed and snomed_ok(value):
        return None
    if _DATE8.match(value):
        return "looks-personal"
    if not _LETTER.search(value) or "-" in value:
        if any(p.search(value) for p in _PERSONAL):
            return "looks-personal"
    return None


@lru_cache(maxsize=4096)
def system_name(value):
    """The catalogue's name of a code system, or None when `value` is not one.

    :param value: str: URI, OID (with or without urn:oid:) or HL7 v2 table 0396 name
    """
    value = value.strip()
    low = value.lower().rstrip("/")
    low = low.removeprefix("urn:oid:")
    if low in SYSTEM_ALIASES:
        return SYSTEM_ALIASES[low]
    if not _SYSTEM.match(value) or any(p.search(value) for p in _PERSONAL):
        return None
    if "/" not in value and ":" not in value and code_fault(value):
        return None
    return value


def deny_tokens(values):
    """Personal words of one message, to be refused wherever they turn up as a "code".

    :param values: iterable of str (names, ids, phones, birth dates of the people in it)
    :return: set of upper-case tokens of at least three characters
    """
    tokens = set()
    for value in values:
        if not isinstance(value, str) or not value:
            continue
        value = value[:200].upper()
        for token in (value.strip(), *re.split(r"[\s,;^&~|]+", value)):
            if len(token) >= 3 and token.isascii():
                tokens.add(token)
    return tokens


def denied(value, tokens):
    """True when `value` equals one of the personal `tokens` or has a name among them inside."""
    if not tokens:
        return False
    upper = value.upper()
    if upper in tokens:
        return True
    if upper.isdigit():
        return False  # a name cannot be part of a number
    if len(tokens) > 200:
        return any(
            part in tokens for part in re.split(r"[._:/+\-]", upper) if len(part) >= 3
        )
    return any(len(t) >= 4 and not t.isdigit() and t in upper for t in tokens)


PRIORITIES = {
    "s": "stat",
    "stat": "stat",
    "a": "asap",
    "asap": "asap",
    "u": "urgent",
    "ur": "urgent",
    "urgent": "urgent",
    "em": "stat",
    "emergency": "stat",
    "r": "routine",
    "routine": "routine",
    "normal": "routine",
    "el": "routine",
    "elective": "routine",
    "응급": "stat",
    "긴급": "urgent",
    "정규": "routine",
}
