# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who wrote: the same mailbox or phone in its many spellings."""

import re

#: Providers that ignore dots in front of the @.
_DOTLESS = {"gmail.com", "googlemail.com"}


def canonical_email(email):
    """The mailbox an address leads to: tag after "+" and Gmail's dots left out.

    A mailbox is a hint, not a proof: two people may share one; callers propose.

    :param email: a normalised address (lower case, no name), or a false value
    :return: the address of the mailbox, or ""
    """
    if not email or "@" not in email:
        return ""
    local, _at, domain = email.lower().rpartition("@")
    local = local.split("+", 1)[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else ""


def phone_spellings(e164):
    """Spellings, without separators, that a stored number may have.

    :param e164: such as "+821012345678"
    :return: list; Korean numbers also with their national leading 0
    """
    if not e164:
        return []
    digits = re.sub(r"\D", "", e164)
    spellings = [f"+{digits}", digits]
    if digits.startswith("82"):
        spellings += [f"0{digits[2:]}", f"+820{digits[2:]}", f"820{digits[2:]}"]
    return spellings


def plain_e164(number, country_code="KR"):
    """E.164 of a number by the rules of the numbering plan's first digits alone.

    For machines without the phone library and for foreign companies with customers in
    Korea; Korean numbers and numbers that bring their country code ("+", "00").
    Anything else gives "".

    >>> plain_e164("010-1234-5678")
    '+821012345678'
    """
    digits = re.sub(r"[^\d+]", "", number or "")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+820"):
        digits = "+82" + digits[4:]
    if digits.startswith("+"):
        return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else ""
    # Korean mobile numbers look like no other country's; landlines need to be at home.
    if re.fullmatch(r"01[016789]\d{7,8}", digits) or (
        country_code == "KR" and re.fullmatch(r"0\d{8,10}", digits)
    ):
        return "+82" + digits[1:]
    return ""


_MACHINE = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer[-_.]?daemon|postmaster|bounces?|"
    r"notifications?|auto[-_.]?(?:reply|responder)|abuse|daemon|nobody|root)"
    r"(?:[-_.+=@].*|\d*@.*)$",
    re.IGNORECASE,
)


def is_machine(email):
    """True for addresses behind which nobody reads: noreply@, mailer-daemon@, ...

    >>> is_machine("no-reply@shop.example"), is_machine("noreply.kim@x.kr")
    (True, True)
    >>> is_machine("kim.noreply@x.kr")
    False
    """
    return bool(_MACHINE.match(email or ""))
