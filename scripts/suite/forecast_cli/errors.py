# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The one way in which the command refuses."""


class Refusal(Exception):
    """One sentence that says why nothing could be done."""
