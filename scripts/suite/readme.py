# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/readme`: write each add-on's README.rst from its readme/ fragments.

OCA's oca-gen-addon-readme does the same with pandoc; this needs neither pandoc nor a clone of
the maintainer tools. It understands what the fragments use: headings, paragraphs, lists,
emphasis, code, links, fenced blocks and tables.
"""

import argparse
import re
import sys
from pathlib import Path

from suite.testing import addons

#: Fragments in the order of OCA's template, with their headings.
SECTIONS = (
    ("CONTEXT", "Use Cases / Context"),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("ROADMAP", "Known issues / Roadmap"),
    ("DEVELOP", "Development"),
    ("HISTORY", "Changelog"),
)
LEVELS = "=-~."
ITEM = re.compile(r"^(\s*)([-*]|\d+\.)\s+")


def heading(text: str, level: int) -> str:
    """A heading; East Asian letters are two columns wide."""
    width = sum(2 if ord(letter) > 0x1100 else 1 for letter in text)
    return f"{text}\n{LEVELS[level] * width}"


def inline(text: str) -> str:
    """Links and code in the RST way; emphasis is written the same in both."""
    spans: list[str] = []

    def keep(replacement: str) -> str:
        spans.append(replacement)
        return f"\0{len(spans) - 1}\0"

    text = re.sub(r"(`+)(.+?)\1", lambda m: keep(f"``{m[2].strip()}``"), text, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]+)\]\((https?:[^)]+)\)", lambda m: keep(f"`{m[1]} <{m[2]}>`__"), text)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1", text)
    text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    # RST reads `word_` and `|` as references.
    text = re.sub(r"(?<=\w)_(?=\W|$)", r"\\_", text).replace("|", r"\|")
    while "\0" in text:
        text = re.sub(r"\0(\d+)\0", lambda m: spans[int(m[1])], text)
    return text


def table(lines: list[str]) -> list[str]:
    """A Markdown table as a list-table."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    out = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        out += [f"   {'* -' if not place else '  -'} {inline(cell)}" for place, cell in enumerate(row)]
    return [*out, ""]


def convert(markdown: str, base: int) -> str:
    """Markdown to RST; headings start at level `base`."""
    out: list[str] = []
    lines = markdown.strip("\n").split("\n")
    place = 0
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            # Inline markup may run over a line's end, so a paragraph is converted whole.
            out.extend(inline("\n".join(paragraph)).split("\n"))
            paragraph.clear()

    while place < len(lines):
        line = lines[place]
        if line.startswith("```"):
            close()
            language = line[3:].strip()
            out += ["", f".. code-block:: {language}" if language else "::", ""]
            place += 1
            while place < len(lines) and not lines[place].startswith("```"):
                out.append(f"   {lines[place]}".rstrip())
                place += 1
            out.append("")
        elif line.startswith("#"):
            close()
            marks, _, text = line.partition(" ")
            level = min(base + max(0, len(marks) - 2), len(LEVELS) - 1)
            out += ["", heading(inline(text.strip()), level), ""]
        elif line.lstrip().startswith("|"):
            close()
            rows = []
            while place < len(lines) and lines[place].lstrip().startswith("|"):
                rows.append(lines[place])
                place += 1
            out += ["", *table(rows)]
            continue
        elif ITEM.match(line):
            previous = bool(paragraph and not ITEM.match(paragraph[0]))
            indent = ITEM.match(line)[1]
            deeper = bool(paragraph and ITEM.match(paragraph[0]) and ITEM.match(paragraph[0])[1] != indent)
            close()
            if previous or deeper:
                out.append("")
            paragraph.append(line)
        elif not line.strip():
            close()
            out.append("")
        else:
            paragraph.append(line)
        place += 1
    close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip("\n")


def fragment(addon: str, name: str) -> str:
    """Text of a fragment, "" where there is none."""
    path = addons.ADDONS / addon / "readme" / f"{name}.md"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def generate(addon: str) -> str:
    """README.rst of an add-on."""
    manifest = addons.manifests()[addon]
    parts = [
        f".. Written by scripts/readme from the fragments in readme/; change those.\n\n{heading(manifest['name'], 0)}",
        f"*{manifest['summary']}*",
        convert(fragment(addon, "DESCRIPTION"), 1),
        "**Table of contents**\n\n.. contents::\n   :local:",
    ]
    for name, title in SECTIONS:
        text = fragment(addon, name)
        if text:
            parts += [heading(title, 0), convert(text, 1)]
    parts.append(heading("Credits", 0))
    parts += [heading("Authors", 1), f"- {manifest['author']}"]
    for name, title in (("CONTRIBUTORS", "Contributors"), ("CREDITS", "Other credits")):
        text = fragment(addon, name)
        if text:
            parts += [heading(title, 1), convert(text, 2)]
    parts += [
        heading("Licence", 1),
        "This add-on is published under the GNU Affero General Public License, version 3\n"
        "(`AGPL-3 <https://www.gnu.org/licenses/agpl-3.0-standalone.html>`__).",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readme_path(addon: str) -> Path:
    """Where an add-on's README.rst stands."""
    return addons.ADDONS / addon / "README.rst"


def main(arguments: list[str]) -> int:
    """Write the files; with --check only say which are stale (exit code 1)."""
    parser = argparse.ArgumentParser(
        prog="scripts/readme",
        description="Write each add-on's README.rst from its readme/ fragments.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a stale file")
    options = parser.parse_args(arguments)
    stale = []
    for addon in addons.manifests():
        path, text = readme_path(addon), generate(addon)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(addon)
            if not options.check:
                path.write_text(text, encoding="utf-8")
    for addon in stale:
        print(f"{addon}: README.rst {'is stale; run scripts/readme' if options.check else 'written'}")
    if not stale:
        print("every README.rst is up to date")
    sys.stdout.flush()
    return 1 if options.check and stale else 0
