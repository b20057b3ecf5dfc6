# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Chromium that Odoo's browser tours run in."""

from pathlib import Path

from suite.prepare.chromium import prepare_chromium
from suite.prepare.console import Steps

#: The names under which Odoo's test framework looks for a browser.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def prepare_browser(steps: Steps, folder: Path) -> Path:
    """Return a folder for PATH in which Odoo finds a Chromium that starts.

    :param folder: where a link is made when the program has another name.
    """
    program = prepare_chromium(steps)
    if program.name in NAMES:
        return program.parent
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "chromium"
    link.unlink(missing_ok=True)
    link.symlink_to(program)
    return folder
