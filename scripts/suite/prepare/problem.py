# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The one kind of error that the commands show to a person."""

from __future__ import annotations

import errno


class Problem(Exception):
    """Something a person has to know or do, said in one clear sentence; the command ends with exit code 1."""


def sentence_for_os_error(error: OSError) -> str:
    """Return the sentence for an operating system error that stops a command.

    A full disk is named as such; everything else keeps the system's own words and the file concerned.
    """
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk is full{place}: free some space, or choose another disk with OMNI_CACHE=DIR and --data DIR, "
            "then start again; nothing half-made is kept."
        )
    return f"{error.strerror or error}{place}."
