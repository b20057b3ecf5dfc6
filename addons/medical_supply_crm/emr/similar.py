# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How alike codes, names and column headings are; for suggestions to a person, never to decide."""

import re
import unicodedata
from difflib import SequenceMatcher

_PART = re.compile(r"[^\W_]+")


def plain(text):
    """Lower case, without accents, width differences and punctuation between words."""
    text = unicodedata.normalize("NFKC", str(text)).casefold()
    return " ".join(_PART.findall(text))


def likeness(left, right):
    """0..1: how alike two names or headings are.

    The larger of: share of equal characters in order (difflib), words of one found in the
    other, and one being the initials of the other.
    """
    a, b = plain(left), plain(right)
    if not a or not b:
        return 0.0
    if a.replace(" ", "") == b.replace(" ", ""):
        return 1.0
    words_a, words_b = a.split(), b.split()
    short, long = sorted((words_a, words_b), key=len)
    scores = [SequenceMatcher(None, a.replace(" ", ""), b.replace(" ", "")).ratio()]
    common = sum(any(_begins(one, other) for other in long) for one in short)
    scores.append(0.9 * common / len(short) * (0.7 + 0.3 * len(short) / len(long)))
    for one, other in ((words_a, words_b), (words_b, words_a)):
        if len(one) == 1 and len(other) > 1 and len(one[0]) == len(other):
            if one[0] == "".join(word[0] for word in other):
                scores.append(0.85)
    return max(scores)


def _begins(one, other):
    short, long = sorted((one, other), key=len)
    return len(short) >= 2 and long.startswith(short)


def code_likeness(left, right):
    """0..1: share of the leading signs two codes of one system have in common.

    Hierarchical systems (ICD-10-PCS, CPT, Korean EDI) put kin next to each other; numbers
    without a hierarchy (SNOMED CT) are alike only when they are the same.
    """
    a, b = left.upper(), right.upper()
    if a == b:
        return 1.0
    if a.isdigit() and b.isdigit() and max(len(a), len(b)) > 5:
        return 0.0
    same = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        same += 1
    return same / max(len(a), len(b)) if same >= 2 else 0.0


def best(scores, least=0.5):
    """(candidate, score) of the highest score, or (None, 0.0) when all are below `least`.

    :param scores: iterable of (score, candidate); of equals the first counts
    """
    found, top = None, least
    for score, candidate in scores:
        if score > top or (found is None and score >= top):
            found, top = candidate, score
    return (found, top) if found is not None else (None, 0.0)
