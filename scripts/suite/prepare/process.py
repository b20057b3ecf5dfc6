# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Running other programs: output into a log, progress on the way, no orphans, and pid files that can be trusted."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from .files import read_stamp, write_stamp
from .problem import Problem

PR_SET_PDEATHSIG = 1  # see prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Ask Linux to end this (child) process when the one that started it dies, even by SIGKILL (a preexec_fn)."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def run_logged(
    command, log: Path, *, failure: str, progress=None, env=None, cwd=None, user=None, group=None, reason=""
) -> str:
    """Run a program with its output appended to a log file and return that output.

    :param failure: sentence for a person when the program fails; "{log}" in it is replaced by the log's path.
    :param progress: called about five times a second while the program runs.
    :param reason: start of the line in which the program itself says why it failed; told first where it is there.
    :raises Problem: the program failed; a full disk, recognised in the output, is named as such.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        start = stream.seek(0, os.SEEK_END)
        stream.write(f"$ {' '.join(map(str, command))}\n".encode())
        stream.flush()
        identity = {"user": user, "group": group, "extra_groups": []} if user is not None else {}
        try:
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (no threads here)
                **identity,
            )
        except FileNotFoundError:
            raise Problem(f"The program {command[0]} is missing on this machine.") from None
        try:
            while True:
                try:
                    code = child.wait(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    if progress:
                        progress()
        except BaseException:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=20)
            raise
    output = log.read_bytes()[start:].decode(errors="replace")
    if code:
        if "No space left on device" in output or "Disk quota exceeded" in output:
            raise Problem(f"The disk is full: free some space and start again (log: {log}).")
        told = [line[len(reason) :].strip() for line in output.splitlines() if reason and line.startswith(reason)]
        raise Problem(" ".join([*told[-1:], failure.replace("{log}", str(log))]))
    return output


def start_time(pid: int) -> str:
    """Return when a process began, in the kernel's own ticks ('' if there is no such process).

    Pid and start time together name one process for ever, so a pid taken over by another program is noticed.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        try:
            return subprocess.run(
                ["ps", "-o", "lstart=", "-p", str(pid)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
            ).stdout.strip()
        except OSError:
            return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def record_process(path: Path, pid: int, **more: object) -> None:
    """Write a pid file together with the process' start time and whatever else should be known about it."""
    write_stamp(path, pid=pid, started=start_time(pid), **more)


def recorded_process(path: Path) -> dict:
    """Return what a pid file says if that very process still runs, else {}."""
    record = read_stamp(path)
    pid = record.get("pid")
    if not isinstance(pid, int) or pid <= 0 or not record.get("started"):
        return {}
    return record if start_time(pid) == record["started"] else {}


def processes_ending_with(arguments: list[str]) -> list[int]:
    """Return the pids of running programs whose command line ends with these arguments."""
    wanted = b"\0".join(map(os.fsencode, arguments)) + b"\0"
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().endswith(b"\0" + wanted):
                found.append(int(path.parent.name))
    return found


def stop_process(path: Path, *, first=signal.SIGINT, patience: float = 20) -> bool:
    """Stop the process of a pid file: politely, then by SIGKILL; return False if none ran. The file is removed."""
    record = recorded_process(path)
    if record:
        for number in (first, signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(record["pid"], number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and recorded_process(path):
                # a child of ours has to be collected, else it stays as a zombie
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(record["pid"], os.WNOHANG)
                time.sleep(0.1)
            if not recorded_process(path):
                break
    path.unlink(missing_ok=True)
    return bool(record)
