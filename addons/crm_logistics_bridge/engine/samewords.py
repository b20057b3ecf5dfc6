# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Are two messages the same words? Greetings, signatures and typing habits aside."""

import re
import unicodedata

#: What people put around what they want to say.
_GREETING = re.compile(
    r"안녕하\S*|수고\s*(?:많으\S*|하\S*)|감사합니다|고맙습니다|부탁\s*드\S*|문의\s*드\S*|"
    r"\b(?:dear\s+\w+|hello|hi|hey|thanks?(?:\s+you)?|thank\s+you|(?:best|kind)\s+regards|"
    r"regards|sincerely|cheers|please)\b",
    re.IGNORECASE,
)
_NOT_A_WORD = re.compile(r"[^\w]+")
#: Longest text compared, in characters of the normalised words.
LIMIT = 2000


def words(text):
    """The words that count, lower case, one space between, at most :data:`LIMIT`."""
    plain = unicodedata.normalize("NFKC", text or "").lower()
    plain = _GREETING.sub(" ", plain)
    return _NOT_A_WORD.sub(" ", plain).strip()[:LIMIT]


def _grams(text, size=3):
    packed = text.replace(" ", "")
    if len(packed) < size:
        return {packed} if packed else set()
    return {packed[place : place + size] for place in range(len(packed) - size + 1)}


def _numbers(text):
    """Numbers of three digits and more: another order number is another matter."""
    return set(re.findall(r"\d{3,}", text))


def similarity(first, second):
    """How far two word strings (from :func:`words`) say the same, 0 to 1.

    Share of the shorter one's character trigrams found in the other, damped where the
    lengths differ by more than a signature; 0 where both name different numbers.
    """
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    own, other = _numbers(first), _numbers(second)
    if own and other and not (own <= other or other <= own):
        return 0.0
    left, right = _grams(first), _grams(second)
    small, large = sorted((left, right), key=len)
    if not small:
        return 0.0
    contained = len(small & large) / len(small)
    # A short text inside a long one says little: "yes" is in many messages.
    extra = max(len(large) - len(small) - 60, 0)
    if len(small) < 6:
        return contained if len(large) == len(small) else 0.0
    return contained * len(small) / (len(small) + extra)
