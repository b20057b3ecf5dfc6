# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where Odoo 19 comes from: ODOO_HOME, an installed one, Debian's package, or upstream's branch 19.0."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from . import apt, places
from .console import Steps, say
from .files import lock, made_whole, need_space, read_stamp, write_stamp
from .problem import Problem
from .process import run_logged

SERIES = (19, 0)
PACKAGE = "odoo-19"
# What the package links to by relative symbolic links: unpacked into the same root, the links hold.
LIBRARIES = [
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-ocr-b",
    "fonts-inconsolata",
    "fonts-font-awesome",
    "fonts-dejavu-core",
    "fonts-glyphicons-halflings",
    "gsfonts",
]
SPACE = 2_000_000_000  # bytes that package, unpacked tree and lists take
UPSTREAM = "https://github.com/odoo/odoo.git"
SEGMENTATION = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
SEGMENTATION_PACKAGE = "@mediapipe/selfie_segmentation@0.1.1675465747"
SEGMENTATION_ABSENT = """\
// @mediapipe/selfie_segmentation could not be fetched on this machine (it is not part of Debian's odoo-19).
// Its only use is to blur the background in video calls; whoever asks for that is told.
window.SelfieSegmentation = class SelfieSegmentation {
    constructor() {
        throw new Error("Background blur needs @mediapipe/selfie_segmentation, which is not installed.");
    }
};
"""


@dataclass(frozen=True)
class OdooTree:
    """An Odoo 19: the folder to import `odoo` from, its add-on folders, and where it came from."""

    path: Path
    addons: tuple[Path, ...]
    origin: str


def tree_at(folder: Path, origin: str) -> OdooTree | None:
    """Return the Odoo 19 in a checkout or import folder, None if there is none.

    :raises Problem: there is an Odoo of another series.
    """
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        return None
    match = re.search(r"^version_info\s*=\s*\(\s*(\d+)\s*,\s*(\d+)", release.read_text(encoding="utf-8"), re.MULTILINE)
    if not match or (int(match[1]), int(match[2])) != SERIES:
        found = f"{match[1]}.{match[2]}" if match else "an unknown version"
        raise Problem(f"{origin} names Odoo {found} in {folder}, but Odoo 19.0 is needed.")
    addons = [folder / "odoo" / "addons"]
    if (folder / "addons" / "web").is_dir() and not (addons[0] / "web").is_dir():
        addons.insert(0, folder / "addons")
    return OdooTree(folder, tuple(addons), origin)


def named_tree() -> OdooTree | None:
    """Return the Odoo of ODOO_HOME, if that is set: a checkout, or the folder that holds the package `odoo`."""
    named = os.environ.get("ODOO_HOME")
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    for place in (folder, folder.parent):
        found = tree_at(place, "ODOO_HOME")
        if found:
            return found
    raise Problem(f"ODOO_HOME={named} holds no Odoo: a folder with odoo/release.py is expected.")


def installed_tree() -> OdooTree | None:
    """Return an Odoo 19.0 that a Python on this machine can import; other series are passed over."""
    ask = "import importlib.util as u; print(u.find_spec('odoo.release').origin)"
    for python in dict.fromkeys((sys.executable, shutil.which("python3"))):
        if not python:
            continue
        asked = subprocess.run(
            [python, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd="/", check=False
        )
        if asked.returncode == 0 and asked.stdout.strip():
            try:
                return tree_at(Path(asked.stdout.strip()).parents[1], "the installed Odoo")
            except Problem:
                continue
    return None


def prepare_odoo(steps: Steps, cache: Path | None = None) -> OdooTree:
    """Return an Odoo 19.0, fetching it into the cache folder if the machine has none."""
    cache = cache or places.cache_dir()
    tree = named_tree()
    if tree:
        steps.already(str(tree.path))
        return tree
    stamp = cache / "odoo" / "current.json"
    tree = _cached(stamp)
    if tree:
        steps.already()
        return tree
    tree = installed_tree()
    if tree:
        steps.already(str(tree.path))
        return tree
    waiting = say("waiting for another run that fetches it", "다른 실행이 받는 중이므로 기다리는 중")
    with lock(cache / "odoo.lock", waiting=lambda: steps.line(waiting)):
        tree = _cached(stamp)
        if not tree:
            need_space(cache, SPACE, "Odoo 19")
            folder = _from_debian(steps, cache) if apt.available() else _from_upstream(steps, cache)
            write_stamp(stamp, folder=str(folder))
            tree = _cached(stamp)
    if not tree:
        raise Problem(f"What was fetched into {cache / 'odoo'} is no Odoo 19.0; name one with ODOO_HOME.")
    return tree


def _cached(stamp: Path) -> OdooTree | None:
    folder = read_stamp(stamp).get("folder")
    return tree_at(Path(folder), "the cache") if folder else None


def _from_debian(steps: Steps, cache: Path) -> Path:
    """Unpack Debian's odoo-19 with what it links to; return the folder to import from."""
    steps.note(say("reading package lists", "패키지 목록 읽는 중"))
    own, unstable = apt.Archive.of_machine(cache), apt.Archive.unstable(cache)
    version = unstable.candidate(PACKAGE)
    if not version:
        unstable.forget()
        raise Problem(
            f"Debian's package {PACKAGE} is no longer in the mirror: get Odoo's branch 19.0 by other means "
            "(for instance git) and name its folder with ODOO_HOME."
        )
    target = cache / "odoo" / version.replace(":", "_")
    inner = Path("usr/lib/python3/dist-packages")
    if not target.exists():
        with made_whole(target) as root:
            debs = root / "debs"
            at_home = [name for name in LIBRARIES if own.candidate(name)]
            elsewhere = [name for name in LIBRARIES if name not in at_home]
            packages = own.download(at_home, debs, steps.note)
            if elsewhere:
                packages = unstable.download(elsewhere, debs, steps.note)
            unstable.download([PACKAGE], root / "main", steps.note)
            packages += sorted((root / "main").glob("*.deb"))
            steps.note(say("unpacking", "압축 푸는 중"))
            apt.extract(packages, root, own.log)
            _complete_segmentation(steps, root / inner, cache)
            shutil.rmtree(debs)
            shutil.rmtree(root / "main")
    return target / inner


def _complete_segmentation(steps: Steps, folder: Path, cache: Path) -> None:
    """Put in place the one file of Odoo's web client that Debian strips: from npm, else an honest stand-in."""
    target = folder / SEGMENTATION
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm")
    if npm:
        with made_whole(cache / "npm") as scratch:
            try:
                run_logged(
                    [npm, "pack", "--silent", SEGMENTATION_PACKAGE], cache / "log" / "npm.log", failure="", cwd=scratch
                )
                with tarfile.open(next(scratch.glob("*.tgz"))) as archive:
                    content = archive.extractfile("package/selfie_segmentation.js").read()
                target.write_bytes(content)
                return
            except (Problem, StopIteration, KeyError, tarfile.TarError):
                pass
    target.write_text(SEGMENTATION_ABSENT)
    steps.line(
        say(
            "note: without npm, one library of Odoo's video calls (background blur) is missing; nothing else needs it",
            "참고: npm이 없어 Odoo 화상 통화의 배경 흐림 라이브러리가 빠졌습니다. 다른 기능과는 관계없습니다",
        )
    )


def _from_upstream(steps: Steps, cache: Path) -> Path:
    """Clone upstream's branch 19.0, on systems without Debian's package tools."""
    if not shutil.which("git"):
        raise Problem("This machine has neither apt-get nor git: name a folder with Odoo 19.0 in ODOO_HOME.")
    target = cache / "odoo" / "upstream-19.0"
    steps.note(say("cloning branch 19.0", "19.0 브랜치 복제 중"))
    if not target.exists():
        with made_whole(target) as folder:
            run_logged(
                ["git", "clone", "--quiet", "--depth", "1", "--branch", "19.0", UPSTREAM, folder / "odoo"],
                cache / "log" / "odoo.log",
                failure="Could not clone Odoo's branch 19.0; name a folder with Odoo 19.0 in ODOO_HOME (log: {log}).",
            )
    return target / "odoo"
