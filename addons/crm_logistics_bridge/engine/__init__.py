# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Algorithms of the bridge: plain Python and pandas, no Odoo."""

from . import (
    clock,
    eta,
    files,
    identity,
    mailtext,
    masking,
    references,
    returns,
    samewords,
    textnorm,
    triage,
)
