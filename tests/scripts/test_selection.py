# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which test runs where, and what arguments select."""

import pytest

from suite.testing import addons, selection

ROOT = addons.ROOT


@pytest.mark.parametrize(
    "path, phase",
    [
        ("addons/omni_forecast/tests/engine/test_a.py", selection.PLAIN),
        ("addons/omni_forecast/tests/test_a.py", selection.ODOO),
        ("tests/scripts/test_a.py", selection.PLAIN),
        ("tests/test_architecture.py", selection.PLAIN),
        ("tests/test_lifecycle_modules.py", selection.PROCESSES),
        ("tests/test_translations.py", selection.PROCESSES),
        ("tests/test_story.py", selection.ODOO),
    ],
)
def test_phase_of_a_file(path, phase):
    assert selection.phase_of(ROOT / path) == phase


def test_no_path_selects_everything_and_keeps_options():
    chosen = selection.select(["-k", "tests", "-x", "--maxfail", "2"], ROOT)
    assert chosen.options == ["-k", "tests", "-x", "--maxfail", "2"]
    assert sum(map(len, chosen.targets.values())) == len(selection.test_files())


def test_a_node_selects_only_its_phase():
    chosen = selection.select(["tests/test_architecture.py::test_one_model_per_file", "-q"], ROOT)
    assert chosen.targets == {selection.PLAIN: ["tests/test_architecture.py::test_one_model_per_file"]}
    assert chosen.options == ["-q"]


def test_a_path_counts_from_where_the_caller_stands():
    chosen = selection.select(["test_architecture.py"], ROOT / "tests")
    assert chosen.targets == {selection.PLAIN: ["tests/test_architecture.py"]}


def test_a_wrong_path_is_named():
    with pytest.raises(ValueError, match=r"no such file or folder: tests/test_nothing\.py"):
        selection.select(["tests/test_nothing.py"], ROOT)
    with pytest.raises(ValueError, match="no test below docs"):
        selection.select(["docs"], ROOT)


def test_each_add_on_gets_a_plain_process_of_its_own():
    groups = selection.plain_groups(
        [
            "addons/a/tests/engine/test_x.py",
            "addons/b/tests/engine/test_x.py::test_y",
            "tests/scripts/test_z.py",
            "tests/test_architecture.py",
        ]
    )
    assert groups == [
        ["addons/a/tests/engine/test_x.py"],
        ["addons/b/tests/engine/test_x.py::test_y"],
        ["tests/scripts/test_z.py", "tests/test_architecture.py"],
    ]
