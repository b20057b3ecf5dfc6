# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
import time
from pathlib import Path

from odoo import models

from ... import emr
from ...emr.poll import FetchError
from .medical_feed import MAX_PAYLOAD_BYTES

# The administrator of the database names the folder; below it each feed has its own
FOLDER = "medical_supply_crm.drop_folder"
QUIET = 10  # seconds after which a file is taken to be written to its end
UNFINISHED = (".part", ".tmp", ".filepart")
FILES = 100  # in one poll


class MedicalFeed(models.Model):
    """Files that a sender drops into a folder."""

    _inherit = "medical.feed"

    def _drop_folder(self):
        """The feed's folder.

        :raise FetchError: it is not set or not there
        """
        # sudo: the parameter is the administrator's; a feed can only go below it
        base = self.env["ir.config_parameter"].sudo().get_param(FOLDER)
        if not base:
            raise FetchError(
                "no-folder", f"no drop folder is set (system parameter {FOLDER})"
            )
        root = Path(base).resolve()
        folder = (root / self.source).resolve()
        if root not in folder.parents or not folder.is_dir():
            raise FetchError(
                "no-folder", "the drop folder has no folder with the feed's source name"
            )
        return folder

    def _poll_folder(self):
        """Take files, oldest first. A file is removed after its events are committed;
        one of which nothing could be read is put aside into "refused"."""
        folder = self._drop_folder()
        for path in self._dropped(folder):
            if path.stat().st_size > MAX_PAYLOAD_BYTES:
                raise FetchError(
                    "too-large",
                    f"a dropped file is larger than {MAX_PAYLOAD_BYTES // 2**20} MB",
                )
            data = path.read_bytes()
            result = emr.read(
                data, format=self.message_format, **self._reading_options()
            )
            self._step([self._reading(data, result)], {})
            if result.events or not any(
                one.severity == "error" for one in result.problems
            ):
                path.unlink(missing_ok=True)
            else:
                aside = folder / "refused"
                aside.mkdir(exist_ok=True)
                os.replace(path, aside / path.name)
        self._step([], {}, polled=True)

    def _dropped(self, folder):
        """Files that are complete, oldest first."""
        limit = time.time() - QUIET
        found = []
        for path in folder.iterdir():
            if path.name.startswith(".") or path.suffix.lower() in UNFINISHED:
                continue
            if path.is_file() and not path.is_symlink():
                changed = path.stat().st_mtime
                if changed <= limit:
                    found.append((changed, path.name, path))
        return [path for _changed, _name, path in sorted(found)[:FILES]]
