# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Text normalisation that remembers where every character came from.

Customers type full-width digits, paste decomposed Hangul from macOS and copy
no-break spaces. Everything downstream works on the normalised text; findings
must still point into the text as written.
"""

import unicodedata

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f")


def _continues_cluster(char):
    """True for combining marks and for Hangul vowel/final jamo."""
    return bool(unicodedata.combining(char)) or "\u1160" <= char <= "\u11ff"


def normalise(text):
    """Normalise with NFKC, plain dashes, no invisible characters.

    :param str text: text as written
    :return: ``(normalised, starts, ends)``; character i of the normalised text
        came from ``text[starts[i]:ends[i]]``
    """
    chars, starts, ends = [], [], []
    position, size = 0, len(text)
    while position < size:
        stop = position + 1
        while stop < size and _continues_cluster(text[stop]):
            stop += 1
        cluster = unicodedata.normalize("NFKC", text[position:stop])
        for char in cluster.translate(_DASHES):
            if char in _INVISIBLE:
                continue
            chars.append(char)
            starts.append(position)
            ends.append(stop)
        position = stop
    return "".join(chars), starts, ends
