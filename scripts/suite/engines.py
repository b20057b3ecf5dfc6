# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Import an add-on's pure Python packages without Odoo."""

import importlib
import sys
import types
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def load(addon, package="engine"):
    """Module `<addon>.<package>` without running `<addon>/__init__.py` (which needs Odoo).

    :param addon: str, folder name under addons/
    :param package: str, dotted path inside the add-on
    :raises ModuleNotFoundError: when the add-on has no such package
    """
    folder = ADDONS / addon
    if not folder.is_dir():
        raise ModuleNotFoundError(f"no add-on {addon!r} under {ADDONS.name}/")
    if addon not in sys.modules:
        parent = types.ModuleType(addon)
        parent.__path__ = [str(folder)]
        sys.modules[addon] = parent
    return importlib.import_module(f"{addon}.{package}")
