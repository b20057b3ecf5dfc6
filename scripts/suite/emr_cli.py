# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/emr_read`: schedule files in, one JSON line per event and per problem out."""

import argparse
import collections
import importlib.util
import json
import os
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .engines import load

EPILOG = """\
Each line is {"type": "event", …} or {"type": "problem", …} with the file it came from. Nothing that
identifies a patient is printed: visit ids appear only as keyed hashes (HMAC-SHA256). The key comes
from --key-file, else from the environment variable EMR_HASH_KEY, else from a file that is made once
for you; the same key gives the same hashes, so keep it, and keep it secret.

Exit status: 0 when at least one file could be read (problems may be listed), 2 when nothing could.

examples:
  scripts/emr_read monday.hl7 bundle.json.gz
  scripts/emr_read --format csv --map start=Beginn --map id=Fall plan.csv
  cat messages | scripts/emr_read --timezone Asia/Seoul --summary -
"""


def parser():
    """The argument parser (also used by the tests)."""
    out = argparse.ArgumentParser(
        prog="scripts/emr_read",
        description="Read FHIR R4/R5 JSON, HL7 v2, iCalendar or table files of hospital schedules.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    out.add_argument("files", nargs="+", metavar="FILE", help="a file, plain or .gz; - is stdin")
    formats = ("auto", "fhir", "hl7v2", "ical", "csv", "xlsx")
    out.add_argument("--format", choices=formats, default="auto")
    out.add_argument("--timezone", default="UTC", help="IANA zone of times that carry none (default UTC)")
    out.add_argument("--source", default="emr_read", help="name of the feed, part of each hash")
    out.add_argument("--key-file", type=Path, help="file whose content is the hash key (≥ 16 bytes)")
    out.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=NAME",
        help="column heading (tables) or property name (iCalendar) of a field",
    )
    out.add_argument("--from", dest="since", metavar="DATE", help="iCalendar: expand endless series from here")
    out.add_argument("--to", dest="until", metavar="DATE", help="iCalendar: … up to here")
    out.add_argument("--merge", action="store_true", help="print the state after all files, not each message")
    out.add_argument("--summary", action="store_true", help="counts on stderr at the end")
    return out


def default_key_file():
    """Where the key is kept when nobody names one."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "omni-suite" / "emr_hash_key"


def hash_key(path=None, environ=None, tell=None):
    """The hash key: from `path`, EMR_HASH_KEY, or a 0600 file made once.

    :raises ValueError: with one sentence when the key is too short or cannot be read or made
    """
    environ = os.environ if environ is None else environ
    if path is None and environ.get("EMR_HASH_KEY"):
        key, name = environ["EMR_HASH_KEY"].encode(), "EMR_HASH_KEY"
    else:
        made = path is None
        path = path or default_key_file()
        name = str(path)
        try:
            if made and not path.exists():
                _make_key(path)
                if tell:
                    tell(f"new hash key written to {path}; keep it: it links tomorrow's events to today's")
            key = path.read_bytes().strip()
        except OSError as exc:
            raise ValueError(f"hash key: {exc.strerror or exc}: {name}") from None
    if len(key) < 16:
        raise ValueError(f"hash key: {name} holds {len(key)} bytes, at least 16 are needed")
    return key


def _make_key(path):
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # written aside and linked, so that two first runs at once agree on one key
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(aside)


def _needs_libraries(options):
    """iCalendar and workbooks need libraries; FHIR, HL7 v2 and CSV only the standard library."""
    if options.format in ("fhir", "hl7v2", "csv"):
        return False
    if options.format != "auto" or "-" in options.files:
        return True
    for name in options.files:
        try:
            with open(name, "rb") as file:
                head = file.read(4096)
        except OSError:
            continue
        if head[:2] in (b"\x1f\x8b", b"PK") or b"VCALENDAR" in head.upper():
            return True
    return False


def _libraries():
    wanted = ("icalendar", "recurring_ical_events", "pandas", "openpyxl")
    if all(importlib.util.find_spec(name) for name in wanted):
        return
    from .prepare import ensure_python

    ensure_python()


def _moment(text, name):
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--{name}: {text!r} is not an ISO date") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def main(argv=None):
    """Run the command; returns the exit status."""
    arguments = parser()
    options = arguments.parse_args(argv)
    if _needs_libraries(options):
        _libraries()
    emr = load("medical_supply_crm", "emr")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        key = hash_key(options.key_file, tell=lambda text: print(text, file=sys.stderr))
        settings = {
            "format": options.format,
            "hash_key": key,
            "source": options.source,
            "timezone": options.timezone,
            "mapping": _mapping(options.map),
            "window": _window(options),
        }
        emr.read(b"", **settings)  # unusable arguments are told before any file is opened
    except ValueError as exc:
        print(f"emr_read: {exc}", file=sys.stderr)
        return 2
    try:
        return _run(options, emr, settings)
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _mapping(pairs):
    mapping = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name or not value:
            raise ValueError(f"--map needs FIELD=NAME, not {pair!r}")
        mapping[name.strip()] = int(value) if value.isdecimal() else value
    return mapping or None


def _window(options):
    if options.since is None and options.until is None:
        return None
    since = _moment(options.since, "from") or datetime(1970, 1, 1, tzinfo=UTC)
    until = _moment(options.until, "to") or datetime(2199, 1, 1, tzinfo=UTC)
    if until <= since:
        raise ValueError("--to must lie after --from")
    return since, until


def _run(options, emr, settings):
    units, counts, kept = 0, collections.Counter(), []
    for name in options.files:
        problems, events = [], []
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except (OSError, ValueError) as exc:
            reason = getattr(exc, "strerror", None) or "cannot be opened"
            problems = [emr.Problem("file", "unreadable", "error", reason)]
        else:
            result = emr.read(data, **settings)
            units += result.units
            counts[f"{result.format} files"] += 1
            problems, events = result.problems, result.events
        for event in events:
            counts["events"] += 1
            if options.merge:
                kept.append((event, name))
            else:
                _print({"type": "event", **event.to_dict(), "file": name})
        for problem in problems:
            counts[f"{problem.severity}s"] += 1
            _print({"type": "problem", **replace(problem, file=name).to_dict()})
    if options.merge:
        files = {}
        for event, name in kept:
            files[event.event_hash, event.line, event.version] = name
        for event in emr.merge(event for event, _name in kept):
            counts["merged events"] += 1
            name = files[event.event_hash, event.line, event.version]
            _print({"type": "event", **event.to_dict(), "file": name})
    sys.stdout.flush()
    if options.summary:
        parts = [f"{number} {what}" for what, number in sorted(counts.items())]
        print(f"{len(options.files)} inputs: {', '.join(parts) or 'nothing'}", file=sys.stderr)
    return 0 if units else 2


def _print(line):
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
