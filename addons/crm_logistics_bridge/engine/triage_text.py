# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What of a message the triage reads, and the features it counts.

Greetings, signatures, quotations and what the writer says is *not* wanted ("반품 말고
교환", "no rush") mislead a classifier that counts n-grams: they are taken out first.
"""

import re
import unicodedata

from .mailtext import split_quote

NGRAMS = (1, 5)
#: Longest text judged, in characters: what a mail is about stands at its start.
LIMIT = 1_500
#: New words in a mail that only passes another one on.
_PASSED_ON = 60
#: At most so many lines follow the words that close a mail.
_SIGNATURE_LINES = 8

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+")
_REFERENCE = re.compile(r"\b[a-z]{1,4}[/\-]?(?:[a-z]{2,4}[/\-])?0+\b|\b[a-z]{2,}0+\b")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[가-힣]+|\d+|[^\W\d_]+")
_GREETING = re.compile(
    r"^(?:(?:안녕하(?:세요|십니까)|여보세요|수고(?:하십니다|하세요| ?많으십니다)|담당자님|고객센터님?"
    r"|hello(?: there| team| all)?|hi(?: there| team| all)?|hey|good (?:morning|afternoon|evening|day)"
    r"|dear [a-z ]{2,30}(?=[,.!\n])|to whom it may concern)[,.!~\s]*)+",
)
_POLITE = re.compile(
    r"귀사의 (?:무궁한|일익) [^.\n]{0,20}(?:기원합니다|바랍니다)\.?"
    r"|다름이 아니(?:오라|라)|바쁘시겠지만|바쁘신 (?:중에|와중에)"
    r"|i hope (?:this|you)[^.\n]{0,40}(?:well|fine)[.,]?"
    r"|kind(?:est)? regards|best regards|yours (?:faithfully|sincerely)|with regards"
)
_CLOSING = re.compile(
    r"^\s*(?:--+|—+|감사합니다|감사드립니다|고맙습니다|수고하세요|[가-힣]{2,4} ?(?:드림|올림|배상)"
    r"|(?:kind|best|warm|with)(?:est)? (?:kind )?regards|regards|yours (?:faithfully|sincerely|truly)"
    r"|sincerely|many thanks|thanks(?: in advance| and regards)?|thank you|cheers|best"
    r"|sent from my .*|(?:나의 )?(?:iphone|android|갤럭시)에서 보냄)[\s,.!~]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = re.compile(
    r"^[>\s]*(?:-{2,}.*-{2,}|begin forwarded message:?|[-*>\s]*"
    r"(?:from|to|cc|date|sent|subject|보낸\s*사람|보낸이"
    r"|받는\s*사람|참조|날짜|보낸\s*날짜|제목|발신|수신)\s*\*?\s*[:：].*)$",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|fw|회신|답장|전달)\s*[:：]\s*|\[(?:external|외부|전달)\]\s*)+",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"^\s*\[?(?:fwd?|fw|전달)\]?\s*[:：]", re.IGNORECASE)
# What the writer says it is not about.
_NOT = re.compile(
    r"(?:반품|교환|환불|취소|반송|계산서)(?:하려는 ?건|할 ?생각은|하고는)?"
    r" ?(?:은|는|이나|까지는|까진|까지)?"
    r" ?(?:말고|아니고|아니라|필요 ?없(?:고|이|으니|으며)|됐고|없고요?|안 ?해도 ?되고|보다는|상관 ?없고)"
    r"|(?:급한 ?(?:건|것은|일은)|급하(?:지|진|지는)) ?(?:아니|않)[가-힣]*|급하진 ?않[가-힣]*"
    r"|(?:누락|하자|이상|파손|불량|문제|지연) ?(?:이|은|도)? ?없이"
    r"|(?:don'?t|do not|not) (?:want|need|looking for|asking for) (?:a |an |any |the )?(?:full )?"
    r"(?:refund|return|replacement|voucher|exchange|store credit|credit)"
    r"|no (?:need (?:for|to) (?:a |an )?)?(?:refund|return|exchange|replacement)"
    r"(?: is)?(?: needed| required| necessary)?"
    r"|(?:rather than|instead of|not) (?:a |an )?(?:refund|return|exchange|replacement)\b"
    r"|(?:no|there is no|there's no) (?:rush|hurry|emergency|urgency)(?: for patients?)?"
    r"|not (?:that |very )?urgent"
    r"|nothing (?:is |was )?(?:broken|missing|damaged|wrong)"
    r"(?: with it| and nothing (?:is )?(?:broken|missing))?"
)


#: Characters of a body that are read: nobody says what a mail is about after these.
LONGEST = 50_000


def plain(text):
    """A text as rules and model read it: NFKC, lower case, digits as 0.

    Numbers say which order it is, never what is wrong with it.
    """
    text = unicodedata.normalize("NFKC", text or "")[:LIMIT].lower()
    text = _NUMBER.sub("0", text).replace("’", "'")
    text = _REFERENCE.sub("0", text)
    return _SPACE.sub(" ", text).strip()


def essence(text):
    """The :func:`plain` text without greeting, politeness and what is not wanted."""
    whole = plain(text)
    short = whole
    for pattern in (_GREETING, _POLITE, _NOT):
        rest = _SPACE.sub(" ", pattern.sub(" ", short)).strip()
        # A message that is nothing else is judged as it is: "안녕하세요", "not urgent".
        if re.search(r"[^\W\d_]", rest):
            short = rest
    return short


def message(subject, body):
    """What a person wrote in a mail: without quotation, signature and mail headers.

    :param subject: title; may be empty
    :param body: plain text
    :return: str; of a mail that only passes another on, the other one's text as well
    """
    subject, body = (subject or "").strip(), (body or "")[:LONGEST]
    new, quoted = split_quote(body)
    new = _without_signature(new)
    if quoted and (not new or len(new) <= _PASSED_ON and _FORWARDED.match(subject)):
        passed = "\n".join(
            line.lstrip("> ")
            for line in quoted.splitlines()
            if line.strip() and not _HEAD.match(line)
        )
        new = f"{new}\n{_without_signature(passed)}".strip()
    subject = _PREFIX.sub("", subject)
    # A chat's title is its first line: said once is enough.
    if not subject or new.startswith(subject):
        return new or subject
    return f"{subject}\n{new}"


def _without_signature(text):
    for closing in reversed(list(_CLOSING.finditer(text))):
        before, after = text[: closing.start()], text[closing.end() :]
        told = sum(char.isalpha() for char in before)
        if told >= 6 and len(after.strip().splitlines()) <= _SIGNATURE_LINES:
            text = before
    return text.strip()


def features(text):
    """Features of an :func:`essence`, with how often each occurs.

    Character n-grams inside words, padded with blanks, as scikit-learn's ``char_wb``
    makes them; whole words; and pairs of neighbours. Of a Korean word a pair keeps the
    first two syllables, which carry its meaning: the rest is grammar.
    """
    counts = {}
    low, high = NGRAMS
    for word in text.split():
        padded = f" {word} "
        size = len(padded)
        for length in range(low, high + 1):
            if length >= size:
                counts[padded] = counts.get(padded, 0) + 1
                break
            for place in range(size - length + 1):
                gram = padded[place : place + length]
                counts[gram] = counts.get(gram, 0) + 1
    before = ""
    for word in _WORD.findall(text):
        stem = word[:2] if "가" <= word[0] <= "힣" else word
        for feature in (f"={word}", f"{before}+{stem}"):
            counts[feature] = counts.get(feature, 0) + 1
        before = stem
    return counts
