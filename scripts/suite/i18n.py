# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/i18n`: export translation templates with Odoo's exporter, merge Korean."""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from suite.prepare import Problem
from suite.testing import addons

if TYPE_CHECKING:
    import polib

    from suite.testing.databases import Databases

EXPORT = """
from odoo.tools.translate import trans_export
for module in {modules!r}:
    with open({folder!r} + "/" + module + ".pot", "wb") as stream:
        trans_export(None, [module], stream, "po", env)
"""
#: Dates would make every export differ.
DATED = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.MULTILINE)


def template_path(addon: str) -> Path:
    """Where an add-on's template stands."""
    return addons.ADDONS / addon / "i18n" / f"{addon}.pot"


def korean_path(addon: str) -> Path:
    """Where an add-on's Korean translation stands."""
    return addons.ADDONS / addon / "i18n" / "ko.po"


def identity(entry: "polib.POEntry") -> tuple[str, tuple[str, ...]]:
    """What makes an entry the same in two exports: its text and its kind of places.

    Line numbers stay out: moving code does not make a template stale. Neither do other
    languages' generated comments.
    """
    kinds = {place.partition(":")[0] for place, _line in entry.occurrences}
    return entry.msgid, tuple(sorted(kinds))


def export_text(databases: "Databases", template: str, names: Iterable[str]) -> dict[str, str]:
    """Template text of each add-on, as Odoo exports it from a clone of `template`, undated."""
    names = list(names)
    with (
        tempfile.TemporaryDirectory(prefix="omni-i18n-") as folder,
        databases.temporary(template, "i18n") as database,
    ):
        databases.shell(database, EXPORT.format(modules=names, folder=folder))
        return {name: DATED.sub("", Path(folder, f"{name}.pot").read_text(encoding="utf-8")) for name in names}


def export(databases: "Databases", template: str, names: Iterable[str]) -> dict[str, "polib.POFile"]:
    """Like `export_text`, parsed."""
    import polib

    return {name: polib.pofile(text) for name, text in export_text(databases, template, names).items()}


def merge_korean(addon: str) -> "polib.POFile":
    """Bring ko.po to the entries of the template: new ones empty, gone ones removed."""
    import polib

    template = polib.pofile(str(template_path(addon)))
    path = korean_path(addon)
    if path.exists():
        korean = polib.pofile(str(path))
    else:
        korean = polib.POFile()
        korean.metadata = {
            **template.metadata,
            "Language": "ko",
            "Plural-Forms": "nplurals=1; plural=0;",
        }
        korean.header = template.header
    korean.merge(template)
    for entry in korean.obsolete_entries():
        korean.remove(entry)
    # The template's order, so that a merge changes nothing else.
    order = {(entry.msgctxt, entry.msgid): place for place, entry in enumerate(template)}
    korean.sort(key=lambda entry: order[(entry.msgctxt, entry.msgid)])
    korean.save(str(path))
    return korean


def main(arguments: list[str]) -> int:
    """Run the command; 0 when every text has a translation, 1 when some are missing."""
    names = list(addons.manifests())
    parser = argparse.ArgumentParser(
        prog="scripts/i18n",
        description="Export each add-on's translation template (.pot) from Odoo and merge "
        "ko.po with it: new texts come in empty, texts that are gone leave. Prints the "
        "texts that still lack a translation.",
    )
    parser.add_argument("addons", nargs="*", metavar="ADDON", help=f"default: {' '.join(names)}")
    options = parser.parse_args(arguments)
    unknown = set(options.addons) - set(names)
    if unknown:
        parser.error(f"no such add-on: {', '.join(sorted(unknown))}")
    from suite.testing.environment import enter_python, prepared

    enter_python()
    from suite.testing.databases import Databases

    chosen = options.addons or names
    try:
        with prepared() as environment:
            databases = Databases(environment)
            template = databases.suite_template(lambda text: print(f"-- {text}", flush=True))
            texts = export_text(databases, template, chosen)
    except Problem as problem:
        print(f"scripts/i18n: {problem}", file=sys.stderr)
        return 1
    missing = 0
    for name in chosen:
        template_path(name).parent.mkdir(exist_ok=True)
        template_path(name).write_text(texts[name], encoding="utf-8")
        korean = merge_korean(name)
        untranslated = [entry.msgid for entry in korean if not entry.msgstr or entry.fuzzy]
        print(f"{name}: {len(korean)} texts, {len(untranslated)} without Korean")
        for text in untranslated:
            print(f"  {text!r}")
        missing += len(untranslated)
    return 1 if missing else 0
