# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Numbers that must not be kept are hidden; the numbers of the trade stay."""

import time
from datetime import date

import pytest
from crm_logistics_bridge.engine.files import clean_name, is_program, mask_file
from crm_logistics_bridge.engine.masking import luhn, mask_html, mask_text
from hypothesis import assume, given, settings
from hypothesis import strategies as st

BORN = st.dates(date(1930, 1, 1), date(2025, 12, 31))


def check_digit(digits):
    """The digit that makes a card number right by Luhn."""
    return next(char for char in "0123456789" if luhn(digits + char))


@st.composite
def residents(draw):
    """A resident or foreigner's number with any hyphen."""
    born = draw(BORN)
    centuries = "1256" if born.year < 2000 else "3478"
    tail = draw(st.sampled_from(centuries)) + draw(
        st.from_regex(r"[0-9]{6}", fullmatch=True)
    )
    dash = draw(st.sampled_from(["-", " - ", "–", "－", "~", "ㅡ", "- "]))
    return f"{born:%y%m%d}{dash}{tail}"


@st.composite
def cards(draw):
    """A card number as people write it."""
    head = draw(
        st.sampled_from(["4", "51", "55", "9410", "9490", "6221", "3530", "37"])
    )
    size = 15 if head == "37" else 16
    digits = head + draw(
        st.from_regex(rf"[0-9]{{{size - 1 - len(head)}}}", fullmatch=True)
    )
    digits += check_digit(digits)
    assume(len(set(digits)) > 1)
    gap = draw(st.sampled_from(["", "-", " ", "."]))
    if size == 15:
        return gap.join((digits[:4], digits[4:10], digits[10:])), digits
    return gap.join(digits[n : n + 4] for n in range(0, 16, 4)), digits


@settings(deadline=None, max_examples=300)
@given(residents(), st.sampled_from(["{}", "제 번호는 {}입니다", "({})", "1. {} 2."]))
def test_resident_numbers_are_hidden_in_any_dress(number, around):
    masked, counts = mask_text(around.format(number))
    assert counts == {"resident": 1}
    assert number[-6:] not in masked and len(masked) == len(around.format(number))


@settings(deadline=None, max_examples=300)
@given(
    cards(),
    st.sampled_from(
        [
            "{}",
            "카드 {} 12/27",
            "{} 12 27",
            "010-1234-5678 {}",
            "{} 유효 1227",
            "카드번호:{}입니다",
        ]
    ),
)
def test_cards_are_hidden_beside_other_numbers(card, around):
    written, digits = card
    masked, counts = mask_text(around.format(written))
    assert counts.get("card") == 1, masked
    plain = "".join(char for char in masked if char.isdigit() or char == "*")
    assert digits[:-4] not in plain and digits[:8] not in plain


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"S[0-9]{5}", fullmatch=True),
            st.from_regex(r"WH/OUT/[0-9]{5}", fullmatch=True),
            st.from_regex(r"INV/202[0-9]/[0-9]{5}", fullmatch=True),
            st.from_regex(r"01[016789]-[0-9]{4}-[0-9]{4}", fullmatch=True),
            st.from_regex(r"운송장 [0-9]{4}-[0-9]{4}-[0-9]{4}", fullmatch=True),
            st.from_regex(r"송장번호 [0-9]{10,16}", fullmatch=True),
            st.from_regex(r"[1-9][0-9]{0,2},[0-9]{3}원", fullmatch=True),
            st.dates().map(str),
            st.from_regex(r"[0-9]{3}-[0-9]{2}-[0-9]{5}", fullmatch=True),
            st.from_regex(r"HT[0-9]{5}", fullmatch=True),
        ),
        max_size=6,
    )
)
def test_numbers_of_the_trade_stay(numbers):
    text = ", ".join(numbers)
    assert mask_text(text) == (text, {})


@pytest.mark.parametrize(
    "text, kind",
    [
        ("면허번호 11-12-123456-78", "licence"),
        ("28-99-000001-00 입니다", "licence"),
        ("운전면허 서울 12-123456-78", "licence"),
        ("driver's license: 112212345678", "licence"),
        ("여권번호 M12345678", "passport"),
        ("여권: M123A4567", "passport"),
        ("Passport no. PM1234567", "passport"),
        ("주민등록번호 9001011234567", "resident"),
        ("900101/1234567", "resident"),
    ],
)
def test_papers(text, kind):
    masked, counts = mask_text(text)
    assert counts == {kind: 1}
    assert not any(char.isdigit() for char in masked)
    assert "M1" not in masked and "PM" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "주문 M12345678 배송",
        "10-12-123456-78",
        "29-12-123456-78",
        "계좌 12-34-567890-12",
        "여권 케이스 2개 주세요, 주문 S00042",
        "8801234567893",
        "passport holder 12345",
        "1000 2000 3000 4000 5000 6000",
        "2026-11-22 10:30 2026-11-23 11:30",
        "991301-1234567",
        "350101-3234567",
    ],
)
def test_what_only_looks_alike_stays(text):
    assert mask_text(text) == (text, {})


def test_papers_in_html():
    masked, counts = mask_html("<p>여권번호 <b>M12345678</b></p>")
    assert counts == {"passport": 1} and "M1234" not in masked


def test_long_texts_take_little_time():
    began = time.monotonic()
    for text in (
        "1234567890" * 20_000,
        "4111 " * 20_000,
        "900101-" * 20_000,
        "여권 " * 20_000,
    ):
        mask_text(text)
    assert time.monotonic() - began < 10


def test_files():
    secret = "카드 4111-1111-1111-1111"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp949"):
        content, counts = mask_file(secret.encode(encoding))
        assert counts == {"card": 1}
        assert content.decode(encoding) == "카드 ****-****-****-1111"
    assert mask_file(b"\x00\x01\x02") == (b"\x00\x01\x02", {})
    assert clean_name("../../etc/pass\u202ewd.txt") == "passwd.txt"
    assert clean_name("") == clean_name("..") == ""
    assert len(clean_name("x" * 300 + ".png")) <= 201
    assert is_program("a.EXE", b"") and is_program("a.png", b"\x7fELF")
    assert is_program("x", b" <SVG onload=1>") and not is_program("a.png", b"\x89PNG")
