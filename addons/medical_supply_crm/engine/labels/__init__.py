# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading the labels of medical supplies: GS1 element strings and HIBC."""

from .gs1 import FNC1, base_gtin, gtin_forms, is_gtin, readings
from .hibc import HibcError, check_character, read_hibc

__all__ = [
    "FNC1",
    "HibcError",
    "base_gtin",
    "check_character",
    "gtin_forms",
    "is_gtin",
    "read_hibc",
    "readings",
]
