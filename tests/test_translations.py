# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Templates are what Odoo exports today, and Korean is complete."""

import re

import polib
import pytest

from suite import i18n
from suite.testing import addons

NAMES = list(addons.manifests())
#: What must come back unchanged from a translation: %s, %(name)s, {name}, ${name}, tags.
PLACEHOLDER = re.compile(r"%(?:\([a-z_0-9]+\))?[-+0-9.]*[sdfr%]|\$?\{[^{}]*\}|</?[a-z][^<>]*>")
#: Words inside tags are translated too.
WORDS = re.compile(r'\b(title|aria-label|placeholder|alt)="[^"]*"')


def placeholders(text):
    """What a translation has to keep, sorted."""
    return sorted(PLACEHOLDER.findall(WORDS.sub(r"\1", text)))


@pytest.fixture(scope="module")
def exported(databases, suite_template):
    """Freshly exported templates: add-on -> polib.POFile."""
    return i18n.export(databases, suite_template, NAMES)


@pytest.mark.parametrize("addon", NAMES)
def test_template_is_fresh(addon, exported):
    committed = polib.pofile(str(i18n.template_path(addon)))
    ours = {i18n.identity(entry) for entry in committed}
    odoos = {i18n.identity(entry) for entry in exported[addon]}
    hint = "run scripts/i18n"
    assert not odoos - ours, f"{addon}.pot lacks {sorted(odoos - ours)[:5]} ({hint})"
    assert not ours - odoos, f"{addon}.pot still has {sorted(ours - odoos)[:5]} ({hint})"


@pytest.mark.parametrize("addon", NAMES)
def test_korean_is_complete(addon):
    template = polib.pofile(str(i18n.template_path(addon)))
    korean = polib.pofile(str(i18n.korean_path(addon)))
    by_source = {(entry.msgctxt, entry.msgid): entry for entry in korean if not entry.obsolete}
    missing = [e.msgid for e in template if (e.msgctxt, e.msgid) not in by_source]
    empty = [e.msgid for e in by_source.values() if not e.msgstr]
    fuzzy = [e.msgid for e in by_source.values() if e.fuzzy]
    assert not missing, f"{addon}: not in ko.po: {missing[:5]}"
    assert not empty, f"{addon}: without translation: {empty[:5]}"
    assert not fuzzy, f"{addon}: fuzzy: {fuzzy[:5]}"


@pytest.mark.parametrize("addon", NAMES)
def test_korean_keeps_placeholders(addon):
    for entry in polib.pofile(str(i18n.korean_path(addon))):
        wanted, given = placeholders(entry.msgid), placeholders(entry.msgstr)
        assert wanted == given, f"{addon}: {entry.msgid!r} -> {entry.msgstr!r}"
