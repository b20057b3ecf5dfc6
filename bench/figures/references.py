# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""References in customers' texts: how many are found, how many findings are right.

Messages are generated from templates, Korean and English; half of them carry only numbers that
are no reference of the sender: phones, prices, dates, postcodes, quantities, model numbers, and
other customers' document numbers. As in the add-on, a finding counts only where the number is
among the sender's own documents; others must vanish.
"""

import random
import time

from bench.corpora import references_second
from bench.harness import Row
from suite.engines import load

TITLE = "references in texts: precision and recall on generated messages"
COUNTS = {"small": 4_000, "medium": 20_000, "large": 100_000}
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

#: {s} order, {n} its bare number, {z} zero-filled, {p} delivery, {r} return, {i} invoice,
#: {t} tracking, {l} lot, {c} customer's own reference; {s2} a second order of the sender.
OWN = """
주문 {s} 배송이 아직 안 왔어요|s
{s}은 언제 도착하나요?|s
{s}번 주문 취소해 주세요|s
{s}건 확인 부탁드립니다|s
주문번호 {s} 입니다. 박스가 찌그러졌어요. 연락처 {phone}|s
주문번호:{s}|s
주문번호-{s}|s
제 주문번호가 {s}인데요|s
제가 {date}에 주문한 {s}이 안 왔습니다. 금액은 {price}원이에요|s
[{s}] 반품 문의|s
({s}) 환불 언제 되나요|s
"{s}" 조회가 안 됩니다|s
{s}/{s2} 두 건 합배송 부탁드려요|s s2
{s}, {s2} 둘 다 안 왔어요|s s2
{s}와 {s2} 주문 취소|s s2
{s} 그리고 {s2} 확인요|s s2
#{s} 문의드립니다|s
No.{s} 배송문의|s
오더 {s} 출고됐나요|s
발주 {s} 납기 회신 바랍니다|s
안녕하세요 {s}고객입니다|s
{s}입니다. 우편번호 {post}로 보내주세요|s
{s}에서 {q}개가 빠졌습니다|s
{s}이요|s
{s}요 빨리요|s
{s}부터 처리해 주세요|s
{s}까지는 받았어요|s
{s}랑 같이 보내주세요|s
문의: {s} (결제금액 {price}원, {date})|s
주문번호는 {n}입니다|s
주문번호 {n}번이요|s
주문 번호 : {n} / 전화 {phone}|s
{z}번 주문 건|s
Where is my order {s}?|s
Hi, {s}'s parcel was due on {date}.|s
Re: Your order {s} has shipped|s
Re: [External] order {s} - {q} boxes short|s
Order #{n} never arrived, please call {phone}|s
order number {n}|s
my order number is {n}. I paid {price} won|s
Order no. {n} please|s
order no: {n}|s
SO {z} is missing {q} boxes|s
so{z} pls|s
SO-{z} status?|s
SO#{z} status?|s
order {z} please|s
Orders {s} and {s2} are late|s s2
Please cancel {s}.|s
{s}; thanks|s
{s}: two boxes damaged|s
regarding order id {n}, call me|s
My sales order {s} (paid {price} KRW on {date}) is late|s
{s} ¶{phone} ¶Kim Minji|s
ORDER {s}!!!|s
출고번호 {p} 어디쯤인가요|p
{p}가 아직 안 왔습니다|p
{p} 박스 파손|p
배송번호 {p} 확인|p
delivery {p} arrived damaged|p
Delivery number {p} - one box of 3 missing|p
Delivery note {p}: {q} short|p
shipment {p} not received by {date}|p
반품번호 {r} 진행 상황 알려주세요|r
{r} refund please|r
return number {r}|r
{r} 회수 언제 오나요|r
세금계산서 {i} 재발행 부탁드려요|i
invoice {i} shows the wrong address|i
청구서 번호 {i} 금액 {price}원 확인|i
{i} was paid on {date}|i
운송장번호 {t} 조회가 안됩니다|t
송장번호: {t} 언제 오나요|t
송장 {t} 확인 부탁|t
택배 {t} 멈춰 있어요|t
tracking number {t} has not moved since {date}|t
Tracking no. {t}|t
tracking: {t}|t
CJ대한통운 송장번호 {t}|t
waybill {t} please check|t
lot {l} 유통기한 문의|l
로트번호 {l} 불량입니다|l
LOT No. {l} has expired|l
serial number {l} does not start|l
시리얼번호: {l}|l
PO# {c} 납기 확인 부탁드립니다|c
발주번호 {c} 언제 출고되나요|c
our PO number {c} is late|c
P.O. No. {c} please confirm|c
your ref {c}|c
발주서 번호 {c} 건|c
주문번호 {n}, {n2} 확인요|n n2
order nos. {n} and {n2}|n n2
주문({z}) 문의|z
"""
NONE = """
전화번호 {phone} 으로 연락 주세요
{phone} 김민지입니다. 주문 취소할게요
주문 금액이 {price}원인데 {price2}원이 결제됐어요
{date}까지 배송 가능한가요?
주소는 서울시 중구 세종대로 110, 우편번호 {post} 입니다
우편번호 ({post}) 서울시 강남구 테헤란로 {q}길 {q2}
장갑 {q}개 주문하려고 합니다
주문 {q}건이 전부 안 왔습니다
주문 {q}번이나 취소했어요
{q}번째 주문인데 또 늦네요
주문 {price}원 결제했는데 확인해 주세요
주문 {phone} 연락 바랍니다
주문일 {date} 입니다
주문 {date} 건이요
Please call me at {phone} after {date}
I ordered {q} boxes for {price} won
My postcode is {post} and the price was {price} KRW
Order {q} units by {date}
order {q} more please
order total {price}
order of {date}
order {q} days ago
The order was {price} KRW
Do you sell the Galaxy S{model} case?
iPhone {q} and Galaxy S{model} Ultra
사이즈 S{small}으로 {q}장 주문
S사이즈 {q}개, M사이즈 {q2}개
송장 보내주세요 {phone}
송장번호가 없어요 {phone}으로 알려주세요
택배 기사님 번호 {phone} 맞나요
주문 문의는 {phone} 맞나요?
https://shop.example.com/{other}/view 이 상품 재고 있나요
https://example.com/order/{othern}?ref={post}
mail me at {other}@example.com
a lot {big} times better than before
a lot of {q} boxes
카드번호 1234-5678-9012-3456 로 결제했어요
계좌 110-{big}-{post}{q} 로 환불해 주세요
모델명 X{other}A 부품 있나요
모델 XS-{big} 재고 있나요
{date} 주문했는데 {q}일째 안 와요
주문 후 {q}시간이 지났어요
Your invoice of {price} won dated {date} is wrong
invoice total {price} but I paid {price2}
사업자번호 123-45-67890 계산서 요청드립니다
배송 {q}일 걸린다더니 오후 {q2}시까지 온다고요?
배송비 {price}원 환불해 주세요
{q}박스 x {q2}개입 = {big}개
온도 {q}.5도, 무게 {q}kg, 크기 {q}x{q2}cm
버전 {q}.{q2}.{small} 호환되나요
주민번호 900101-1****** 본인인증 안돼요
버스 {big}번 타고 매장 가면 되나요
{q}호 {small}동 앞에 두세요
비밀번호 {big} 입니다
현관 비번 {big}# 입니다
인증번호 {post}{q} 가 안 와요
포인트 {price}점 언제 들어오나요
회원번호 {post} 주문 내역 알려주세요
쿠폰번호 ABCD-{big}-EFGH 적용이 안돼요
Call 1588-{big} or {phone}
my card ending {big} was charged {price}
Room {big}, floor {q}
size {small}, colour 00{q}
ISO 9001 and KS {big} certified?
please deliver between {q2}:00 and {q2}:30 on {date}
We bought {big} units in 2024
reduce the order by {q}%
where is {other}?
주문 {other} 어떻게 됐나요
order number {othern} please
delivery WH/OUT/{othern} arrived?
송장번호 {othert} 확인해 주세요
{other}은 다른 분 주문인가요
RMA{other4} 진행 상황
"""


def _phone(rng):
    middle, last = rng.randint(1000, 9999), rng.randint(1000, 9999)
    return rng.choice(
        [
            f"010-{middle}-{last}",
            f"010{middle}{last}",
            f"010 {middle} {last}",
            f"010.{middle}.{last}",
            f"02-{rng.randint(200, 999)}-{last}",
            f"+82 10-{middle}-{last}",
            f"(02) {middle}-{last}",
            f"031 {rng.randint(200, 999)} {last}",
            f"1588-{last}",
        ]
    )


def _values(rng):
    """Values of one message and what each reference is called by the company."""
    number, second, other = rng.sample(range(1, 99_999), 3)
    year, month, day = rng.randint(2024, 2026), rng.randint(1, 12), rng.randint(1, 28)
    price = rng.randint(1_000, 900_000)
    track, strange = ("".join(rng.choice("123456789") for _ in range(rng.choice((10, 12, 13)))) for _ in "ab")
    lot = "".join(
        (
            rng.choice(["AB", "L", "LT", "GX"]),
            rng.choice(["", "-"]),
            str(rng.randint(1000, 999999)),
            rng.choice(["", "A", "-01"]),
        )
    )
    own = f"{rng.choice(['', 'PO', 'HP-', 'KM'])}{rng.randint(10_000, 9_999_999)}"
    values = {
        "s": f"S{number:05d}",
        "s2": f"S{second:05d}",
        "n": str(number),
        "n2": str(second),
        "z": f"{number % 10_000:05d}",
        "p": rng.choice([f"WH/OUT/{number:05d}", f"WH-OUT-{number:05d}", f"WH OUT {number:05d}"]),
        "r": rng.choice([f"RMA{number % 10_000:04d}", f"RMA-{number % 10_000:04d}", f"RMA {number % 10_000:04d}"]),
        "i": f"INV/{year}/{number:05d}",
        "t": rng.choice([track, "-".join((track[:4], track[4:8], track[8:])) if len(track) == 12 else track]),
        "l": lot,
        "c": own,
        "phone": _phone(rng),
        "price": rng.choice([f"{price:,}", str(price)]),
        "price2": f"{price + 3000:,}",
        "date": rng.choice(
            [
                f"{year}-{month:02d}-{day:02d}",
                f"{year}.{month}.{day}",
                f"{year}{month:02d}{day:02d}",
                f"{month}월 {day}일",
                f"{month}/{day}",
                f"{day}/{month}/{year}",
                f"{year}년 {month}월 {day}일",
            ]
        ),
        "post": f"{rng.randint(1_000, 63_644):05d}",
        "q": rng.randint(1, 50),
        "q2": rng.randint(1, 11),
        "model": rng.randint(20, 26),
        "small": rng.randint(1, 99),
        "big": rng.randint(1_000, 9_999),
        "other": f"S{other:05d}",
        "othern": f"{other:05d}",
        "other4": f"{other % 10_000:04d}",
        "othert": strange,
    }
    truth = {
        "s": ("order", values["s"]),
        "s2": ("order", values["s2"]),
        "n": ("order", values["s"]),
        "n2": ("order", values["s2"]),
        "z": ("order", f"S{number % 10_000:05d}"),
        "p": ("picking", f"WH/OUT/{number:05d}"),
        "r": ("rma", f"RMA{number % 10_000:04d}"),
        "i": ("invoice", values["i"]),
        "t": ("tracking", track),
        "l": ("lot", lot.upper()),
        "c": ("customer_ref", own.upper()),
    }
    return values, truth


def _as_typed(rng, text):
    """What keyboards and mail programs make of a text."""
    style = rng.random()
    if style < 0.12:
        return text.translate(WIDE)
    if style < 0.2:
        return text.lower()
    if style < 0.26:
        return text.upper()
    if style < 0.32:
        return f"안녕하세요.\n{text}\n감사합니다"
    if style < 0.38:
        return f"Hello,\n\n{text}\n\nBest regards\nKim, +82 2-555-{rng.randint(1000, 9999)}"
    return text


def messages(count, seed):
    """Yield (text, named documents, all documents of the sender)."""
    rng = random.Random(seed)
    own = [line.replace("¶", "\n").rpartition("|")[::2] for line in OWN.strip().splitlines()]
    none = NONE.strip().splitlines()
    for place in range(count):
        values, truth = _values(rng)
        if place % 2:
            yield _as_typed(rng, rng.choice(none).format(**values)), set(), set(truth.values())
            continue
        template, kinds = rng.choice(own)
        named = set()
        for kind in kinds.split():
            named.add(truth["z"] if "{z}" in template else truth[kind])
        yield _as_typed(rng, template.format(**values)), named, set(truth.values()) | named


def run(context):
    """Precision, recall, wrong findings in negatives, milliseconds per message."""
    references = load("crm_logistics_bridge").references
    patterns = (
        references.Pattern("order", "S", 5),
        references.Pattern("picking", "WH/OUT/", 5),
        references.Pattern("picking", "WH/IN/", 5),
        references.Pattern("rma", "RMA", 4),
        references.Pattern("invoice", "INV/%(year)s/", 5),
        references.Pattern("ticket", "HT", 5),
    )
    right = wrong = missed = loose = noisy = 0
    count = COUNTS[context.size]
    mistakes, spent = {}, 0.0
    for text, named, documents in messages(count, context.seed):
        began = time.perf_counter()
        found = references.find_references(text, patterns)
        spent += time.perf_counter() - began
        seen = {(finding.kind, finding.value) for finding in found}
        linked = seen & documents
        right += len(linked & named)
        wrong += len(linked - named)
        missed += len(named - linked)
        loose += len(seen - documents)
        noisy += bool(not named and linked)
        if linked != named or seen - documents:
            mistakes.setdefault(text, (named, seen))
    run.mistakes = mistakes
    note = f"{count} messages, {len(OWN.strip().splitlines())} + {len(NONE.strip().splitlines())} templates"
    return [
        Row.of("precision of links", right / (right + wrong), None, "share", f"bar 0.99; {note}"),
        Row.of("recall of links", right / (right + missed), None, "share", "bar 0.97"),
        Row.of(
            "precision of readings, before looking up",
            right / (right + wrong + loose),
            None,
            "share",
            "other customers' numbers read too",
        ),
        Row.of("messages without reference that link", noisy / (count / 2), None, "share"),
        Row.of("find in one message", 1000 * spent / count, None, "ms"),
        *second(references, count, context.seed),
    ]


def second(references, count, seed):
    """Precision and recall on the second author's forms, every finding taken for a link."""
    numbering = {
        name: tuple(
            references.Pattern(kind, *series)
            for kind, series in zip(("order", "picking", "rma", "invoice"), company, strict=True)
        )
        for name, company in references_second.COMPANIES.items()
    }
    rows = []
    for half in ("dev", "unseen", "late"):
        right = wrong = missed = 0
        for text, named, company, _template in references_second.messages(count, seed, half):
            found = references.find_references(text, numbering[company])
            seen = {(finding.kind, finding.value) for finding in found}
            right, wrong, missed = right + len(seen & named), wrong + len(seen - named), missed + len(named - seen)
        note = f"{count} messages; history of the half: bench/corpora/references_second.py"
        rows.append(
            Row.of(f"second author, {half}: precision of readings", right / (right + wrong), None, "share", note)
        )
        rows.append(Row.of(f"second author, {half}: recall", right / (right + missed), None, "share"))
    return rows
