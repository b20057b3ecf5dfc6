# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that survive a kill at any moment: atomic writes, stamps, locks, folders that appear only when complete."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from pathlib import Path

from .console import human
from .problem import Problem


def write_atomic(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file so that a reader sees the old content or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(scratch, path)


def fingerprint(*parts: object) -> str:
    """Return a short hash of texts, and of the contents of files given as Path."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def tree_fingerprint(folder: Path, skip: tuple[str, ...] = ()) -> str:
    """Return a hash over names and contents of all files below a folder.

    :param skip: names of folders that do not count, at any depth; __pycache__ never counts.
    """
    parts: list[object] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and name not in skip)
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file() and not name.endswith(".pyc"):
                parts += [str(path.relative_to(folder)), path]
    return fingerprint(*parts)


def read_stamp(path: Path) -> dict:
    """Return the content of a stamp file, or {} where there is none or an unreadable one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_stamp(path: Path, **content: object) -> None:
    """Record that something is complete, with what it was made of."""
    write_atomic(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def folder_size(folder: Path, ending: str = "") -> int:
    """Return the bytes of all files below a folder, while other programs add and remove some."""
    size = 0
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                if name.endswith(ending):
                    size += os.stat(os.path.join(parent, name)).st_size
    return size


@contextlib.contextmanager
def made_whole(target: Path):
    """Yield a new, empty folder beside the target and rename it to `target` when the block ends well.

    An interrupted block leaves only a folder called .partial, which the next attempt throws away. Its name is new each
    time: a program that outlives an interrupted attempt for a moment cannot write into the next one's folder.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    for left in target.parent.glob(f"{target.name}.*partial"):
        remove_tree(left)
    partial.mkdir(parents=True)
    yield partial
    remove_tree(target)
    partial.rename(target)


def remove_tree(path: Path) -> None:
    """Remove a file or a folder with everything in it; read-only folders of extracted packages too.

    Where an interrupted program is still writing into the folder, wait for its end (10 seconds at most).
    """
    if path.is_symlink() or path.is_file():
        path.unlink()
        return

    def make_writable(function, name, _error):
        with contextlib.suppress(FileNotFoundError):
            os.chmod(os.path.dirname(name), 0o700)
            os.chmod(name, 0o700)
            function(name)

    deadline = time.monotonic() + 10
    while path.exists():
        try:
            shutil.rmtree(path, onerror=make_writable)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@contextlib.contextmanager
def lock(path: Path, *, busy: str = "", waiting=None):
    """Hold an exclusive lock on a file; the system drops it when the process ends, however it ends.

    :param busy: sentence to fail with at once when another process holds the lock; without it, wait.
    :param waiting: called once, without arguments, before waiting.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if busy:
                raise Problem(busy) from None
            if waiting:
                waiting()
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.2)
        yield
    finally:
        os.close(descriptor)


def need_space(folder: Path, size: int, what: str) -> None:
    """Fail with a clear sentence unless the disk of a folder (which may not exist yet) has `size` bytes free."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < size:
        raise Problem(
            f"Not enough disk space for {what}: {human(size)} needed, {human(free)} free in {existing}; "
            "free some, or choose another disk with OMNI_CACHE=DIR and --data DIR."
        )
