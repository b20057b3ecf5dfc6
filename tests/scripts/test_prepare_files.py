# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nothing half-made is ever taken for whole: stamps, locks, folders, pid files, sentences."""

import errno
import os
import signal
import subprocess
import sys
from collections import namedtuple

import pytest

from suite.prepare import files, process
from suite.prepare.console import Steps, human, korean
from suite.prepare.problem import Problem, sentence_for_os_error

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_folder_appears_only_when_complete(tmp_path):
    target = tmp_path / "thing"
    with pytest.raises(RuntimeError), files.made_whole(target) as partial:
        (partial / "half").write_text("x")
        raise RuntimeError
    assert not target.exists()
    with files.made_whole(target) as partial:
        assert list(partial.iterdir()) == []
        (partial / "whole").write_text("x")
    assert [path.name for path in target.iterdir()] == ["whole"]
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_a_folder_still_being_written_by_an_interrupted_program_can_be_removed(tmp_path):
    folder = tmp_path / "busy"
    folder.mkdir()
    script = (
        "import os, sys, time\n"
        "end = time.monotonic() + 1\n"
        "while time.monotonic() < end:\n"
        "    os.makedirs(sys.argv[1], exist_ok=True)\n"
        "    open(sys.argv[1] + f'/{time.monotonic()}', 'w').close()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, folder], stderr=subprocess.DEVNULL) as writer:
        files.remove_tree(folder)
        writer.wait()
    files.remove_tree(folder)
    assert not folder.exists()


def test_read_only_folders_of_packages_can_be_removed(tmp_path):
    inner = tmp_path / "tree" / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    inner.chmod(0o500)
    files.remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("content", ["", "{", "[1]", "\x00\x00"])
def test_a_damaged_stamp_counts_as_none(tmp_path, content):
    (tmp_path / "stamp").write_text(content)
    assert files.read_stamp(tmp_path / "stamp") == {}
    assert files.read_stamp(tmp_path / "absent") == {}


def test_fingerprint_of_a_tree_sees_names_and_contents_but_not_byte_code(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.py").write_text("1")
    first = files.tree_fingerprint(tmp_path, ("tests",))
    (tmp_path / "models" / "__pycache__").mkdir()
    (tmp_path / "models" / "__pycache__" / "a.pyc").write_text("2")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("3")
    assert files.tree_fingerprint(tmp_path, ("tests",)) == first
    (tmp_path / "models" / "a.py").rename(tmp_path / "models" / "b.py")
    assert files.tree_fingerprint(tmp_path, ("tests",)) != first


def test_fingerprint_does_not_run_parts_together():
    assert files.fingerprint("ab", "c") != files.fingerprint("a", "bc")


def test_a_lock_is_refused_with_its_sentence_and_freed_by_a_killed_holder(tmp_path):
    path = tmp_path / "lock"
    script = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('held', flush=True)"
    holder = subprocess.Popen([sys.executable, "-c", f"{script}; time.sleep(60)", str(path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Problem, match="someone else is at work"), files.lock(path, busy="someone else is at work"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with files.lock(path, busy="someone else is at work"):
        pass


def test_too_little_disk_space_is_said_before_anything_is_done(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _path: usage(10**10, 10**10, 5_000_000))
    with pytest.raises(Problem, match=r"Not enough disk space for Odoo 19: 2.0 GB needed, 5 MB free"):
        files.need_space(tmp_path / "not" / "there", 2_000_000_000, "Odoo 19")
    files.need_space(tmp_path, 5_000_000, "Odoo 19")


def test_a_pid_taken_over_by_another_process_is_not_ours(tmp_path):
    path = tmp_path / "server.json"
    with subprocess.Popen(SLEEPER) as child:
        process.record_process(path, child.pid, port=8069)
        assert process.recorded_process(path)["port"] == 8069
        files.write_stamp(path, pid=child.pid, started="1")
        assert process.recorded_process(path) == {}
        process.stop_process(path)
        assert child.poll() is None, "a foreign process must not be stopped"
        child.kill()


@pytest.mark.parametrize("content", [{}, {"pid": 0, "started": ""}, {"pid": 4194303, "started": "7"}, {"pid": "x"}])
def test_a_stale_pid_file_counts_as_not_running(tmp_path, content):
    files.write_stamp(tmp_path / "pid", **content)
    assert process.recorded_process(tmp_path / "pid") == {}
    assert process.stop_process(tmp_path / "pid") is False
    assert not (tmp_path / "pid").exists()


def test_a_process_is_stopped_even_if_it_ignores_politeness(tmp_path):
    script = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; print(1, flush=True)"
    with subprocess.Popen([sys.executable, "-c", f"{script}; time.sleep(60)"], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        process.record_process(tmp_path / "pid", child.pid)
        assert process.stop_process(tmp_path / "pid", patience=0.3)
        assert child.wait() in (-signal.SIGKILL, 0)


def test_children_do_not_outlive_a_killed_command(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(os.path.dirname(os.path.dirname(process.__file__)))!r})\n"
        "from pathlib import Path; from suite.prepare.process import run_logged\n"
        f"run_logged([sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'], "
        f"Path({str(tmp_path / 'log')!r}), failure='x')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    pid = 0
    while not pid:
        lines = (tmp_path / "log").read_text().splitlines() if (tmp_path / "log").exists() else []
        pid = int(lines[1]) if len(lines) > 1 else 0
    parent.kill()
    parent.wait()
    for _attempt in range(100):
        if not process.start_time(pid):
            break
        process.time.sleep(0.05)
    assert not process.start_time(pid)


def test_a_failing_program_is_one_sentence_naming_its_log(tmp_path):
    log = tmp_path / "log" / "x.log"
    with pytest.raises(Problem, match="It failed") as raised:
        process.run_logged([sys.executable, "-c", "import sys; sys.exit(3)"], log, failure="It failed (log: {log}).")
    assert str(log) in str(raised.value)
    with pytest.raises(Problem, match="The disk is full"):
        process.run_logged(["sh", "-c", "echo write: No space left on device; exit 1"], log, failure="It failed.")
    with pytest.raises(Problem, match="no-such-program is missing"):
        process.run_logged(["no-such-program"], log, failure="It failed.")


def test_sentences_for_errors_of_the_system():
    assert "disk is full (/x)" in sentence_for_os_error(OSError(errno.ENOSPC, "No space left on device", "/x"))
    assert sentence_for_os_error(PermissionError(errno.EACCES, "Permission denied", "/x")) == "Permission denied (/x)."


def test_steps_are_numbered_and_say_what_was_already_there(capsys):
    steps = Steps(2)
    with steps.step("Odoo 19"):
        steps.already("already there")
    with pytest.raises(Problem), steps.step("PostgreSQL"):
        raise Problem("no")
    out = capsys.readouterr().out
    assert out.startswith("[1/2] Odoo 19 … already there\n")
    assert "done" not in out


def test_sizes_read_as_a_person_would_say_them():
    assert [human(size) for size in (12, 34_000_000, 1_200_000_000)] == ["12 B", "34 MB", "1.2 GB"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"LANG": "ko_KR.UTF-8"}, True), ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, False), ({}, False)],
)
def test_the_locale_decides_the_language(monkeypatch, variables, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert korean() is expected
