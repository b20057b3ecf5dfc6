# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Chromium that Odoo's browser tours run in."""

import shutil
import subprocess
from pathlib import Path

from suite.prepare import Problem
from suite.prepare.console import Steps

#: The names under which Odoo's test framework looks for a browser, in its order.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def prepare_browser(steps: Steps) -> Path:
    """Return the folder of a Chromium that starts; as root on Debian it is installed if absent.

    :raises Problem: there is none and it cannot be installed, or it does not start.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        steps.already(found)
    else:
        try:
            from suite.prepare.chromium import prepare_chromium
        except ImportError:
            raise Problem("no Chromium was found for the browser tests: install the package chromium") from None
        found = str(prepare_chromium(steps))
    asked = subprocess.run([found, "--version", "--no-sandbox"], check=False, capture_output=True, text=True)
    if asked.returncode:
        reason = (asked.stderr.strip() or "no reason given").splitlines()[-1]
        raise Problem(f"{found} does not start: {reason}")
    return Path(found).parent
