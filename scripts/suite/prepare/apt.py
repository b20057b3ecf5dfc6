# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian packages without installing them: private lists, checked downloads, extraction into a folder.

The machine's apt configuration (mirror, keys, proxy) is read, never changed: lists, caches and source files live in
the suite's cache folder. Works as root and as a plain user.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import sources
from .console import human
from .files import fingerprint, folder_size, made_whole, read_stamp, write_stamp
from .problem import Problem
from .process import run_logged


def available() -> bool:
    """Tell whether this machine has Debian's package tools."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


class Archive:
    """A set of apt sources with private lists: the machine's own Debian release, or Debian unstable."""

    def __init__(self, folder: Path, entries: list[sources.Source], title: str):
        self.folder = folder
        self.title = title
        self.entries = entries
        self.log = folder.parent / "apt.log"
        self.config = folder / "apt.conf"

    @classmethod
    def of_machine(cls, cache: Path) -> Archive:
        """Return the machine's own Debian release (with its security updates)."""
        entries = sources.debian_only(sources.read_machine())
        if not entries:
            raise Problem("No Debian mirror is configured in /etc/apt on this machine; name an Odoo 19 with ODOO_HOME.")
        return cls(cache / "apt" / "own", entries, "the machine's Debian mirror")

    @classmethod
    def unstable(cls, cache: Path) -> Archive:
        """Return Debian unstable, on the mirror that the machine already uses."""
        entry = sources.unstable_from(sources.debian_only(sources.read_machine()))
        if entry is None:
            raise Problem("No Debian mirror is configured in /etc/apt on this machine; name an Odoo 19 with ODOO_HOME.")
        return cls(cache / "apt" / "unstable", [entry], "Debian unstable on the machine's mirror")

    def refresh(self) -> None:
        """Fetch the package lists unless it has been done for these very sources."""
        text = "\n".join(entry.as_deb822() for entry in self.entries)
        stamp = self.folder / "complete.json"
        if read_stamp(stamp).get("sources") == fingerprint(text):
            return
        stamp.unlink(missing_ok=True)
        for name in ("lists/partial", "cache/archives/partial", "sources"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources" / "debian.sources").write_text(text)
        self._write_config()
        run_logged(
            ["apt-get", "--error-on=any", "update"],
            self.log,
            env=self._env(),
            failure=f"Could not read the package lists of {self.title}: is the network up? (log: {{log}})",
        )
        write_stamp(stamp, sources=fingerprint(text))

    def forget(self) -> None:
        """Make the next refresh fetch the lists anew (a mirror drops old versions when new ones come)."""
        (self.folder / "complete.json").unlink(missing_ok=True)

    def candidate(self, package: str) -> str:
        """Return the version that the archive offers for a package, '' if it has none."""
        self.refresh()
        shown = self._output(["apt-cache", "show", "--no-all-versions", package])
        return next((line.split(": ", 1)[1] for line in shown.splitlines() if line.startswith("Version: ")), "")

    def download(self, packages: list[str], folder: Path, note=None) -> list[Path]:
        """Download packages (without their dependencies), checked by apt against the signed lists.

        :param note: called with a text such as "34 MB / 123 MB" while the download runs.
        :returns: the .deb files.
        """
        self.refresh()
        folder.mkdir(parents=True, exist_ok=True)
        listed = self._output(["apt-get", "--print-uris", "download", *packages])
        total = sum(int(line.split()[2]) for line in listed.splitlines() if line.startswith("'"))
        places = [folder, self.folder / "cache" / "archives" / "partial"]

        def progress():
            if note:
                here = sum(folder_size(place) for place in places)
                note(f"{human(min(here, total))} / {human(total)}")

        command = ["apt-get", "--assume-yes", "download", *packages]
        failure = f"Could not download {', '.join(packages)} from {self.title}: is the network up? (log: {{log}})"
        try:
            run_logged(command, self.log, env=self._env(), cwd=folder, failure=failure, progress=progress)
        except Problem:
            # the mirror may have moved on since the lists were read
            self.forget()
            self.refresh()
            run_logged(command, self.log, env=self._env(), cwd=folder, failure=failure, progress=progress)
        return sorted(folder.glob("*.deb"))

    def download_closure(self, packages: list[str], note=None) -> list[Path]:
        """Download packages with everything they need that this machine does not have installed."""
        self.refresh()
        archives = self.folder / "cache" / "archives"
        command = ["apt-get", "--assume-yes", "--no-install-recommends", "--download-only", "install", *packages]

        def progress():
            if note:
                note(human(folder_size(archives)))

        run_logged(
            command,
            self.log,
            env=self._env(),
            failure=f"Could not download {', '.join(packages)} from {self.title} (log: {{log}}).",
            progress=progress,
        )
        return sorted(archives.glob("*.deb"))

    def _env(self) -> dict[str, str]:
        return {**os.environ, "APT_CONFIG": str(self.config), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}

    def _output(self, command) -> str:
        result = subprocess.run(
            command,
            env=self._env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            cwd=self.folder,
        )
        return result.stdout

    def _write_config(self) -> None:
        """Write an apt configuration: the machine's (its proxy, its certificates) with places and hooks replaced."""
        dumped = subprocess.run(["apt-config", "dump"], stdout=subprocess.PIPE, text=True, check=True).stdout
        left_out = ("Dir", "DPkg::", "APT::Update::", "APT::Keep", "APT::Sandbox", "Acquire::Languages")
        lines = [line for line in dumped.splitlines() if not line.startswith(left_out)]
        places = {
            "Dir": "/",
            "Dir::Etc": "etc/apt/",
            "Dir::Etc::trusted": "trusted.gpg",
            "Dir::Etc::trustedparts": "trusted.gpg.d/",
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": self.folder / "sources",
            "Dir::State": "/var/lib/apt/",
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::State::extended_states": self.folder / "extended_states",
            "Dir::Cache": self.folder / "cache",
            "Dir::Cache::archives": "archives/",
            "Dir::Cache::pkgcache": "pkgcache.bin",
            "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
            "Dir::Bin::methods": "/usr/lib/apt/methods",
            "Dir::Bin::dpkg": "/usr/bin/dpkg",
            # root's own cache folder is closed to apt's download user
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            # a machine whose clock is ahead of the mirror's Release file still has to be served
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Retries": "3",
            # lists and archives are private, dpkg's own lock is not ours to take
            "Debug::NoLocking": "true",
        }
        lines += [f'{name} "{value}";' for name, value in places.items()]
        self.config.write_text("\n".join(lines) + "\n")


def extract(packages: list[Path], root: Path, log: Path) -> None:
    """Unpack .deb files into a folder, which becomes a small root file system of its own (usr/lib, usr/share…)."""
    for package in packages:
        run_logged(
            ["dpkg-deb", "--extract", package, root],
            log,
            failure=f"Could not unpack {package.name} (log: {{log}}).",
        )


def extracted(archive: Archive, packages: list[str], target: Path, note=None) -> Path:
    """Return the folder that holds the contents of packages, downloading and unpacking them if it is not there."""
    if not target.exists():
        with made_whole(target) as partial:
            extract(archive.download(packages, partial / "debs", note), partial, archive.log)
            shutil.rmtree(partial / "debs")
    return target
