# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A Chromium for browser tests: the machine's own, else Debian's, unpacked into the cache without installing it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import apt, places
from .console import Steps, say
from .files import lock, made_whole, need_space, read_stamp, write_atomic, write_stamp
from .problem import Problem

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
PACKAGES = ("chromium", "fonts-nanum", "fonts-liberation")  # fonts for Korean and Latin text
SPACE = 1_200_000_000
WRAPPER = """\
#!/bin/sh
# Starts the unpacked Chromium with the libraries and fonts unpacked beside it.
root={root}
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="{fonts}"
export XKB_CONFIG_ROOT="$root/usr/share/X11/xkb"
exec "$root/usr/lib/chromium/chromium" --no-sandbox --disable-gpu "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/fontconfig-cache</cachedir>
  <alias>
    <family>sans-serif</family>
    <prefer><family>Liberation Sans</family><family>NanumGothic</family></prefer>
  </alias>
  <alias>
    <family>serif</family>
    <prefer><family>Liberation Serif</family><family>NanumMyeongjo</family></prefer>
  </alias>
  <alias>
    <family>monospace</family>
    <prefer><family>Liberation Mono</family><family>NanumGothicCoding</family></prefer>
  </alias>
</fontconfig>
"""


def works(program: str | Path) -> bool:
    """Tell whether a browser program starts and says its version."""
    try:
        asked = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and asked.stdout.strip() != ""


def prepare_chromium(steps: Steps, cache: Path | None = None) -> Path:
    """Return a Chromium (or Chrome) program, fetching one into the cache if the machine has none.

    Needs no root. The fetched one is started through a wrapper without Chromium's own sandbox, for tests only.
    """
    for name in NAMES:
        found = shutil.which(name)
        if found and works(found):
            steps.already(found)
            return Path(found)
    cache = cache or places.cache_dir()
    target = cache / "chromium"
    program = target / "chrome"
    stamp = cache / "chromium.json"
    if read_stamp(stamp) and works(program):
        steps.already()
        return program
    if not apt.available():
        raise Problem("The browser tests need chromium or google-chrome on PATH, and this machine has neither.")
    waiting = say("waiting for another run that fetches it", "다른 실행이 받는 중이므로 기다리는 중")
    with lock(cache / "chromium.lock", waiting=lambda: steps.line(waiting)):
        if not (read_stamp(stamp) and works(program)):
            need_space(cache, SPACE, "Chromium")
            stamp.unlink(missing_ok=True)
            _fetch(steps, cache, target)
            if not works(program):
                raise Problem(f"The Chromium unpacked into {target} does not start: install Debian's package chromium.")
            write_stamp(stamp, program=str(program))
    return program


def _fetch(steps: Steps, cache: Path, target: Path) -> None:
    archive = apt.Archive.of_machine(cache)
    packages = archive.download_closure(list(PACKAGES), steps.note)
    steps.note(say("unpacking", "압축 푸는 중"))
    with made_whole(target) as partial:
        apt.extract(packages, partial, archive.log)
        # the wrapper names the final place: the folder is moved there as soon as it is complete
        libraries = sorted({str(path.parent.relative_to(partial)) for path in partial.glob("**/lib*.so*")})
        libraries = [name for name in libraries if name.endswith("-linux-gnu") or "-linux-gnu/" in name]
        wrapper = WRAPPER.format(
            root=target,
            libraries=":".join(f"{target}/{name}" for name in libraries),
            fonts=target / "fonts.conf",
        )
        write_atomic(partial / "fonts.conf", FONTS.format(root=target))
        write_atomic(partial / "chrome", wrapper, mode=0o755)
        os.chmod(partial / "chrome", 0o755)
    for package in packages:
        package.unlink()
