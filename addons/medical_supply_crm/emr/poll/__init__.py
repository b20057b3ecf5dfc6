# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fetching schedules: FHIR REST with SMART Backend Services, and calendars over HTTP.

Pure Python over `requests` and `cryptography`; knows nothing of Odoo, stores and logs nothing.
No text of an error repeats an address's query, a header or any part of an answer.

web.py          one careful HTTP client: time and size limits, Retry-After, redirects, clock
smart.py        keys, key sets and access tokens of SMART Backend Services
fhir_server.py  a FHIR server: what it can do, and its pages of changes
calendar.py     a calendar behind an address, fetched only when it has changed
"""

from .calendar import fetch_calendar
from .fhir_server import FhirServer, Page
from .smart import Tokens, generate_key, public_jwk
from .web import Answer, FetchError, Web, check_url

__all__ = [
    "Answer",
    "FetchError",
    "FhirServer",
    "Page",
    "Tokens",
    "Web",
    "check_url",
    "fetch_calendar",
    "generate_key",
    "public_jwk",
]
