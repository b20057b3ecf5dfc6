# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors of the forecast engine."""


class EngineError(Exception):
    """The request cannot be answered; the message says which field and value."""
