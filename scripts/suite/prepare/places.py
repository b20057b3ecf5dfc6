# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where things live: the clone, the cache shared by all clones, the data folder of one running suite."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ADDONS = ROOT / "addons"
REQUIREMENTS = ROOT / "requirements.txt"
REQUIREMENTS_ODOO = ROOT / "requirements-odoo.txt"
REQUIREMENTS_TEST = ROOT / "requirements-test.txt"


def cache_dir() -> Path:
    """Return the folder for what is downloaded once: $OMNI_CACHE, else omni-suite in the user's cache folder."""
    named = os.environ.get("OMNI_CACHE")
    if named:
        return Path(named).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base).expanduser().resolve() / "omni-suite"


def default_data_dir() -> Path:
    """Return the data folder used without --data: .run in the clone, so that every clone has a suite of its own."""
    return ROOT / ".run"
