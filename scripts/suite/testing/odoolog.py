# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading Odoo's log: a warning of ours fails the run, as OCA's checklog does."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+) \d+ "
    r"(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) (?P<database>\S+) "
    r"(?P<logger>[\w.<>-]+): (?P<message>.*)$"
)
TROUBLE = {"WARNING", "ERROR", "CRITICAL"}

#: Warnings that Odoo or an OCA add-on logs by itself, with the reason why they are known.
KNOWN_FOREIGN = (
    # Odoo 19 itself still imports PyPDF2, which announces its own end.
    re.compile(r"PyPDF2 is deprecated"),
    # No wkhtmltopdf on the machine; Odoo says so, and no test of ours prints a PDF.
    re.compile(r"wkhtmltopdf", re.IGNORECASE),
)


@dataclass(frozen=True)
class Entry:
    """One log record; `text` holds the whole record, following lines (a traceback) included."""

    level: str
    logger: str
    message: str
    text: str


def read(path: Path) -> list[Entry]:
    """Parse an Odoo log file; lines that start no record belong to the record above."""
    entries: list[Entry] = []
    if not path.exists():
        return entries
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match = LINE.match(line)
        if match:
            entries.append(Entry(match["level"], match["logger"], match["message"], line))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.level, last.logger, last.message, f"{last.text}\n{line}")
    return entries


def trouble(entries: Iterable[Entry]) -> list[Entry]:
    """Warnings and errors, the known foreign ones left out."""
    return [
        entry
        for entry in entries
        if entry.level in TROUBLE and not any(known.search(entry.text) for known in KNOWN_FOREIGN)
    ]


def trouble_of(entries: Iterable[Entry], names: Iterable[str]) -> list[Entry]:
    """Warnings and errors that name one of `names` in logger, message or traceback.

    :param names: add-ons, models and tables of ours (see addons.names_of_ours).
    """
    ours = re.compile(rf"\b({'|'.join(map(re.escape, names))})(?!\w)")
    return [entry for entry in trouble(entries) if ours.search(entry.text)]
