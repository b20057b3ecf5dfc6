# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Print the locked lines of what installed libraries need and this image lacks.

    missing.py INSTALLED.txt LOCKED.txt

INSTALLED.txt lists what has been installed without dependencies. Their needs are followed to the end; what no
installed distribution satisfies is looked up by name in LOCKED.txt. Versions that the image brings are left alone.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

# odoo is the image itself; psycopg2 comes with it under another name on some systems; docopt is for a command line only
NOT_WANTED = {"odoo", "psycopg2", "docopt"}


def normal(name):
    """Return the one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_lines(path):
    """Return {name: [lines]} of a locked requirements file."""
    lines = {}
    for line in Path(path).read_text().splitlines():
        match = re.match(r"[A-Za-z0-9._-]+", line)
        if match:
            lines.setdefault(normal(match[0]), []).append(line)
    return lines


def missing(start):
    """Return the names of distributions that are needed, directly or not, and are not installed."""
    absent, seen, queue = set(), set(), list(start)
    while queue:
        name = queue.pop()
        if name in seen or name in NOT_WANTED:
            continue
        seen.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            absent.add(name)
            continue
        for text in needs:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                queue.append(normal(need.name))
    return absent


def main():
    """Print the lines; fail where something is needed that is not locked."""
    installed, locked = (locked_lines(path) for path in sys.argv[1:3])
    # environment markers may rule out single lines of the list; those are not missing
    start = [name for name in installed if any(applies(line) for line in installed[name])]
    for name in sorted(missing(start)):
        if name not in locked:
            sys.exit(f"{name} is needed, but neither in the image nor in {sys.argv[2]}")
        print("\n".join(locked[name]))


def applies(line):
    """Tell whether a requirement line is meant for this Python."""
    marker = Requirement(line).marker
    return marker is None or marker.evaluate()


if __name__ == "__main__":
    main()
