# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading the machine's own apt configuration: which Debian mirror it uses, for which release."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

RELEASES = {"oldoldstable", "oldstable", "stable", "testing", "unstable", "sid", "experimental"}
RELEASES |= {"buster", "bullseye", "bookworm", "trixie", "forky", "duke"}
POCKETS = ("", "-updates", "-security", "-backports", "-proposed-updates", "/updates")


@dataclass(frozen=True)
class Source:
    """One entry of sources.list(5): every suite at every address with every component."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    types: tuple[str, ...] = ("deb",)
    options: dict[str, str] = field(default_factory=dict)

    def as_deb822(self) -> str:
        """Return the entry in the deb822 form, options such as Signed-By included."""
        fields = {
            "Types": " ".join(self.types),
            "URIs": " ".join(self.uris),
            "Suites": " ".join(self.suites),
            "Components": " ".join(self.components),
            **self.options,
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def parse_one_line(text: str) -> list[Source]:
    """Read the one-line format: `deb [signed-by=… arch=…] URI SUITE COMPONENT…`."""
    found = []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        match = re.match(r"(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$", line)
        if not match:
            continue
        kind, raw_options, uri, suite, components = match.groups()
        options = {}
        for option in (raw_options or "").split():
            name, equals, value = option.partition("=")
            if equals:
                options[_deb822_name(name.rstrip("+-"))] = value.replace(",", " ")
        found.append(Source((uri,), (suite,), tuple(components.split()), (kind,), options))
    return found


def parse_deb822(text: str) -> list[Source]:
    """Read the deb822 format (`.sources` files); disabled entries are left out."""
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in (" ", "\t"):
                if name:
                    fields[name] += "\n" + line
                continue
            key, colon, value = line.partition(":")
            if colon:
                name = _deb822_name(key.strip())
                fields[name] = value.strip()
        if fields.pop("Enabled", "yes").lower() in ("no", "false", "0", "off"):
            continue
        uris = tuple(fields.pop("Uris", "").split())
        suites = tuple(fields.pop("Suites", "").split())
        components = tuple(fields.pop("Components", "").split())
        types = tuple(fields.pop("Types", "deb").split())
        if uris and suites:
            found.append(Source(uris, suites, components, types, fields))
    return found


def _deb822_name(name: str) -> str:
    """Bring an option's name into the deb822 spelling: signed-by, Signed-By -> Signed-By; arch -> Architectures."""
    name = {"arch": "architectures", "lang": "languages", "target": "targets"}.get(name.lower(), name)
    return "-".join(part.capitalize() for part in name.split("-"))


def read_machine(etc: Path = Path("/etc/apt")) -> list[Source]:
    """Return all entries of a machine's sources.list and sources.list.d, binary packages only."""
    found: list[Source] = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if not path.is_file() or path.suffix not in (".list", ".sources"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += parse_deb822(text) if path.suffix == ".sources" else parse_one_line(text)
    return [replace(source, types=("deb",)) for source in found if "deb" in source.types]


def debian_only(sources: list[Source]) -> list[Source]:
    """Keep what is a Debian archive: its suites are named after Debian's releases, and it has the component main.

    Other archives (a vendor's, PostgreSQL's) name their suites otherwise or have no main; local media are left out.
    """
    found = []
    for source in sources:
        uris = tuple(uri for uri in source.uris if not uri.startswith("cdrom:"))
        suites = tuple(suite for suite in source.suites if _release_and_pocket(suite))
        if uris and suites and "main" in source.components:
            found.append(replace(source, uris=uris, suites=suites))
    return found


def _release_and_pocket(suite: str) -> tuple[str, str] | None:
    for pocket in POCKETS:
        if suite.endswith(pocket) and suite[: len(suite) - len(pocket)] in RELEASES:
            return suite[: len(suite) - len(pocket)], pocket
    return None


def unstable_from(sources: list[Source]) -> Source | None:
    """Return an entry for Debian unstable (sid) on the mirror that the machine uses for its own release.

    Security archives hold no sid; a main archive that serves the release itself (no pocket) does.
    """
    for source in sources:
        if any(_release_and_pocket(suite)[1] == "" for suite in source.suites):
            return replace(source, uris=source.uris[:1], suites=("sid",), components=("main",))
    return None
