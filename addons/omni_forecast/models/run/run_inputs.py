# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a run asks the engine, kept as text; not a model.

A part of a run holds its inputs, so that another process can do it, and so that a run that
was killed goes on with the demand it began with.
"""

import dataclasses
import json
from datetime import date
from hashlib import blake2b


def _plain(value):
    """JSON of what `json` does not know: dates and NumPy numbers."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be kept in a part of a run.")


def _known(value):
    return date.fromisoformat(value["date"]) if value.keys() == {"date"} else value


def pack(inputs):
    """Inputs (dataclasses of one type) as text."""
    return json.dumps([_row(one) for one in inputs], default=_plain)


def unpack(text, kind):
    """The inputs that `pack` made text of, as `kind`."""
    rows = json.loads(text or "[]", object_hook=_known)
    return [kind(**row) for row in rows]


def _row(one):
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def sign(inputs, settings):
    """Hash of each input under the settings: the same hash means the same forecast.

    :param settings: text of everything else that decides on the result
    :returns: dict uid -> hash
    """
    start = blake2b(settings.encode(), digest_size=12)
    hashes = {}
    for one in inputs:
        digest = start.copy()
        row = _row(one)
        row.pop("series_id")
        digest.update(json.dumps(row, default=_plain).encode())
        hashes[one.uid] = digest.hexdigest()
    return hashes
