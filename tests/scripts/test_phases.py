# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two phases side by side: nothing that either found is lost."""

import os
import time

import pytest

from suite.testing.phases import Beside, Runner


def phase(runner: Runner, title: str, path) -> bool:
    """What Runner's own phases do, on a file of this test."""
    return runner.pytest(title, ["-p", "no:odoo", "-p", "no:cacheprovider", str(path)], os.environ.copy())


@pytest.fixture
def files(tmp_path):
    """A test that passes and one that fails."""
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text("def test_good():\n    pass\n")
    bad.write_text("def test_bad():\n    assert 1 == 2, 'a sum that is wrong'\n")
    return good, bad


def test_a_failure_beside_is_counted_and_shown(tmp_path, files, capsys):
    good, bad = files
    runner = Runner([], tmp_path)
    with Beside(runner, phase, "the other one", bad) as beside:
        passed = phase(runner, "this one", good)
    assert passed
    assert not beside.passed
    assert (runner.totals.passed, runner.totals.failed) == (1, 1)
    assert not runner.totals.ok
    assert "a sum that is wrong" in capsys.readouterr().out


def test_both_passed(tmp_path, files):
    good, _bad = files
    runner = Runner([], tmp_path)
    with Beside(runner, phase, "the other one", good) as beside:
        assert phase(runner, "this one", good)
    assert beside.passed
    assert runner.totals.passed == 2
    assert runner.totals.ok


def test_an_interrupt_here_ends_the_other_too(tmp_path):
    slow = tmp_path / "test_slow.py"
    slow.write_text(f"import time\ndef test_slow():\n    open({str(tmp_path / 'begun')!r}, 'w')\n    time.sleep(60)\n")
    runner = Runner([], tmp_path)
    with pytest.raises(KeyboardInterrupt), Beside(runner, phase, "the slow one", slow):
        while not (tmp_path / "begun").exists():
            time.sleep(0.1)
        raise KeyboardInterrupt
    assert runner.totals.seconds < 30
