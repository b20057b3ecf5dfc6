# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import email
import email.policy

import pytest
from crm_logistics_bridge.engine.identity import (
    canonical_email,
    phone_spellings,
    plain_e164,
)
from crm_logistics_bridge.engine.mailtext import (
    forwarded,
    message_key,
    repair,
    split_quote,
)
from crm_logistics_bridge.engine.masking import (
    luhn,
    mask_html,
    mask_text,
    resident_check,
)
from crm_logistics_bridge.engine.samewords import similarity, words
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    [
        "제 주민번호 900101-1234567 입니다",
        "900101 - 2234567",
        "９００１０１－１２３４５６７",
        "주민등록번호 9001011234567",
        "외국인등록번호: 0203045234567",
        "4111-1111-1111-1111",
        "4111111111111111",
        "5500 0000 0000 0004",
        "3782 822463 10005",
        "4111.1111.1111.1111",
    ],
)
def test_sensitive_numbers_are_hidden(text):
    masked, counts = mask_text(text)
    assert sum(counts.values()) == 1 and len(masked) == len(text)
    assert not any(
        len(run) > 4
        for run in "".join(c if c.isdigit() else " " for c in masked).split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "주문 S00042, 010-1234-5678, 1,234,567원, 2026-11-22 10:30",
        "운송장 1234-5678-9012 / 송장번호 4111111111111111",
        "4111-1111-1111-1112",
        "바코드 8801234567893",
        "991332-1234567",
        "사업자번호 123-45-67890, 계좌 110-123-456789",
        "",
        None,
    ],
)
def test_other_numbers_stay(text):
    assert mask_text(text) == (text, {})


def test_check_digits():
    assert luhn("4111111111111111") and not luhn("4111111111111112")
    assert resident_check("8001011234560") == (
        (
            11
            - sum(
                int(a) * b
                for a, b in zip(
                    "800101123456", (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True
                )
            )
            % 11
        )
        % 10
        in (0, 8)
    )


def test_html_in_pieces():
    masked, counts = mask_html(
        "<p>4111-<b>1111</b>-1111-1111</p><p>끝 & <br>900101-1234567</p>"
    )
    assert counts == {"card": 1, "resident": 1}
    assert (
        masked == "<p>****-<b>****</b>-****-1111</p><p>끝 &amp; <br>******-*******</p>"
    )
    plain = "<p>주문 S00042 &amp; 010-1234-5678, 12345678901</p>"
    assert mask_html(plain) == (plain, {})


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789- abc주민번호", max_size=80))
def test_masking_keeps_the_length_and_ends(text):
    masked, _counts = mask_text(text)
    assert len(masked) == len(text)
    assert mask_text(masked)[0] == masked or "*" in masked


def test_phones_and_mailboxes():
    assert plain_e164("010-1234-5678") == "+821012345678"
    assert plain_e164("+82 (0)10 1234 5678") == "+821012345678"
    assert plain_e164("0082 10 1234 5678") == "+821012345678"
    assert plain_e164("12") == "" == plain_e164(None)
    assert "01012345678" in phone_spellings("+821012345678")
    assert canonical_email("kim.minji+shop@gmail.com") == "kimminji@gmail.com"
    assert canonical_email("a.b+c@x.kr") == "a.b@x.kr"
    assert canonical_email(None) == ""


@pytest.mark.parametrize(
    "first, second, same",
    [
        (
            "안녕하세요. 주문 S00042 배송이 아직 안 왔어요. 감사합니다",
            "주문 S00042 배송이 아직 안왔어요!!",
            True,
        ),
        (
            "Hello, my parcel has not arrived. Regards",
            "my parcel has not arrived",
            True,
        ),
        ("S00041 배송이 안 왔어요", "S00042 배송이 안 왔어요", False),
        ("네", "네 그런데 세금계산서를 다시 발행해 주실 수 있나요", False),
        ("환불해 주세요", "교환해 주세요", False),
        ("", "", False),
    ],
)
def test_same_words(first, second, same):
    assert (similarity(words(first), words(second)) >= 0.85) is same


def read(raw):
    return email.message_from_bytes(repair(raw), policy=email.policy.SMTP)


def test_repair_leaves_good_mails_alone():
    raw = "From: a@b.co\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n안녕".encode()
    assert repair(raw) is raw
    assert repair(b"From: a@b.co\r\n\r\nhi") == b"From: a@b.co\r\n\r\nhi"


def test_repair_korean():
    raw = "From: 홍길동 <h@x.kr>\r\nSubject: 뷁 문의\r\n\r\n똠방각하".encode("cp949")
    mail = read(raw)
    assert mail["Subject"] == "뷁 문의"
    assert mail["From"].addresses[0].display_name == "홍길동"
    assert mail.get_content().strip() == "똠방각하"


def test_message_key_ignores_the_way():
    raw = b"From: a@b.co\r\nSubject: x\r\n\r\nhello\r\n"
    assert message_key(b"Received: by one\r\n" + raw) == message_key(
        b"Received: by two\r\n\t;x\r\n" + raw
    )
    assert message_key(raw) != message_key(raw.replace(b"hello", b"other"))
    assert message_key(b"Message-ID:\r\n <a@b>\r\n" + raw) == "<a@b>"


def test_quotes_and_forwards():
    assert split_quote("네\n\n> 문의 HT00012") == ("네", "> 문의 HT00012")
    assert split_quote("hi\nOn Mon, Jan 5, 2026 at 10:00 Kim wrote:\nold") == (
        "hi",
        "On Mon, Jan 5, 2026 at 10:00 Kim wrote:\nold",
    )
    assert split_quote("-----원본 메시지-----\nold")[0] == ""
    text = (
        'FYI\n-----Original Message-----\nFrom: "Kim" [mailto:kim@x.kr]\nSent: x\n\nhi'
    )
    assert forwarded("Fw: x", text) == ("Kim", "kim@x.kr")
    assert forwarded("hello", "From: me") is None
