# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Generated customer messages with known references, Korean and English.

Half of them carry numbers that are none of ours: phones, prices, dates, postcodes,
quantities, model numbers. Templates are written for reading like a customer's mail,
not for pleasing the matcher.
"""

import random

FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}

ORDER = [
    ("주문 {s} 배송이 아직 안 왔어요", "S"),
    ("{s}은 언제 도착하나요?", "S"),
    ("{s}번 주문 취소해 주세요", "S"),
    ("주문번호 {s} 입니다. 박스가 찌그러졌어요.", "S"),
    ("주문번호: {s}, 연락처 {phone}", "S"),
    ("제가 {date}에 주문한 {s}이 안 왔습니다. 금액은 {price}원이에요", "S"),
    ("안녕하세요. {s}의 송장번호 알려주세요", "S"),
    ("[{s}] 반품 문의", "S"),
    ("주문({s}) 확인 부탁드립니다", "S"),
    ("Where is my order {s}?", "S"),
    ("Hi, {s}'s parcel was due on {date}.", "S"),
    ("Re: Your order {s} has shipped", "S"),
    ("Order #{n} never arrived, please call {phone}", "S"),
    ("my order number is {n}. I paid {price} won", "S"),
    ("주문번호는 {n}입니다", "S"),
    ("주문 번호 : {s} / 우편번호 {post}", "S"),
    ("SO {z} is missing 2 boxes", "S"),
    ("order {z} please", "S"),
    ("so{z} 확인요", "S"),
    ("{s}, thanks", "S"),
]
PICKING = [
    ("출고번호 {p} 어디쯤인가요", "P"),
    ("{p}가 아직 안 왔습니다", "P"),
    ("delivery {p} arrived damaged", "P"),
    ("Delivery number {p} - one box of 3 missing", "P"),
]
OTHER = [
    ("반품번호 {r} 진행 상황 알려주세요", "R"),
    ("{r} refund please", "R"),
    ("세금계산서 {i} 재발행 부탁드려요", "I"),
    ("invoice {i} shows the wrong address", "I"),
    ("운송장번호 {t} 조회가 안됩니다", "T"),
    ("송장번호: {t} 언제 오나요", "T"),
    ("tracking number {t} has not moved since {date}", "T"),
]
NEGATIVE = [
    "전화번호 {phone} 으로 연락 주세요",
    "주문 금액이 {price}원인데 {price2}원이 결제됐어요",
    "{date}까지 배송 가능한가요?",
    "주소는 서울시 중구 세종대로 110, 우편번호 {post} 입니다",
    "장갑 {q}개 주문하려고 합니다",
    "주문 {q}건이 전부 안 왔습니다",
    "Please call me at {phone} after {date}",
    "I ordered {q} boxes for {price} won",
    "My postcode is {post} and the price was {price} KRW",
    "Order {q} units by {date}",
    "Do you sell the Galaxy S{model} case?",
    "사이즈 S{small}으로 {q}장 주문",
    "송장 보내주세요 {phone}",
    "주문 문의는 {phone} 맞나요?",
    "https://shop.example.com/S{zero}/view 이 상품 재고 있나요",
    "mail me at s{zero}@example.com",
    "a lot {big} times better than before",
    "카드번호 1234-5678-9012-3456 로 결제했어요",
    "모델명 XS{zero}A 부품 있나요",
    "{date} 주문했는데 {q}일째 안 와요",
    "주문 후 {q}시간이 지났어요",
    "Your invoice of {price} won dated {date} is wrong",
    "사업자번호 123-45-67890 계산서 요청드립니다",
    "배송 {q}일 걸린다더니 오후 {q2}시까지 온다고요?",
]


def _phone(rng):
    return rng.choice(
        [
            f"010-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}",
            f"010{rng.randint(10000000, 99999999)}",
            f"02-{rng.randint(200, 999)}-{rng.randint(1000, 9999)}",
            f"+82 10-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}",
            f"031 {rng.randint(200, 999)} {rng.randint(1000, 9999)}",
        ]
    )


def _fill(rng, template):
    number = rng.randint(1, 99999)
    year, month, day = rng.randint(2024, 2026), rng.randint(1, 12), rng.randint(1, 28)
    price = rng.randint(1000, 900000)
    track = "".join(rng.choice("123456789") for _ in range(12))
    values = {
        "n": str(number),
        "z": f"{min(number, 9999):05d}",
        "s": f"S{number:05d}",
        "p": f"WH/OUT/{number:05d}",
        "r": f"RMA{number % 10000:04d}",
        "i": f"INV/{year}/{number:05d}",
        "t": rng.choice([track, f"{track[:4]}-{track[4:8]}-{track[8:]}"]),
        "phone": _phone(rng),
        "price": rng.choice([f"{price:,}", str(price)]),
        "price2": f"{price + 3000:,}",
        "date": rng.choice(
            [
                f"{year}-{month:02d}-{day:02d}",
                f"{year}.{month}.{day}",
                f"{month}월 {day}일",
                f"{day}/{month}/{year}",
                f"{year}년 {month}월 {day}일",
            ]
        ),
        "post": f"{rng.randint(1000, 63644):05d}",
        "q": rng.randint(1, 50),
        "q2": rng.randint(1, 11),
        "model": rng.randint(20, 26),
        "small": rng.randint(1, 99),
        "zero": f"{rng.randint(1, 9999):05d}",
        "big": rng.randint(1000, 9999),
    }
    truth = {
        "S": ("order", f"S{min(number, 9999) if '{z}' in template else number:05d}"),
        "P": ("picking", values["p"]),
        "R": ("rma", values["r"]),
        "I": ("invoice", values["i"]),
        "T": ("tracking", track),
    }
    return template.format(**values), truth


def _disfigure(rng, text):
    """What keyboards and mail programs do to a text."""
    style = rng.random()
    if style < 0.15:
        return text.translate(FULL_WIDTH)
    if style < 0.3:
        return text.lower() if style < 0.22 else text.upper()
    return text


def messages(count, seed=20):
    """Yield (text, set of (kind, value))."""
    rng = random.Random(seed)
    positive = ORDER * 2 + PICKING + OTHER
    for _ in range(count):
        if rng.random() < 0.5:
            template, kind = rng.choice(positive)
            text, truth = _fill(rng, template)
            yield _disfigure(rng, text), {truth[kind]}
        else:
            text, _truth = _fill(rng, rng.choice(NEGATIVE))
            yield _disfigure(rng, text), set()
