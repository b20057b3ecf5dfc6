# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""References in surface forms that the first generator does not make.

Written apart from `bench/figures/references.py`, by a second author, for forms people really use:
lists and ranges, tables, wrapped lines, spaced digits, the letter O for a zero, numbering of
other companies, and traps (other shops' orders, plates, rooms, barcodes, versions, opening
hours). A template belongs to the half that the SHA-256 of its text draws. `dev` was looked at while
the finder was changed; `unseen` was measured first (precision 0.979, recall 0.981; before any change
0.996 and 0.802) and its mistakes mended after; `late` was written last
and measured at 0.985 and 0.997 before its two mistakes were mended.

Judged strictly: every finding counts as a link, as if the sender had a document of every number.
"""

import hashlib
import random

#: Numberings: order prefix and padding, delivery, return, invoice prefix and padding.
COMPANIES = {
    "odoo": (("S", 5), ("WH/OUT/", 5), ("RMA", 4), ("INV/%(year)s/", 5)),
    "year": (("SO-%(year)s-", 4), ("SEL/DO/", 6), ("RT-", 5), ("KINV/%(year)s/%(month)s/", 4)),
    "hangul": (("주문-", 6), ("출고/", 5), ("반품", 5), ("계산서/%(year)s/", 4)),
    "word": (("ORD", 7), ("BUSAN/OUT/", 5), ("R/", 5), ("BILL/%(year)s/", 5)),
    "letters": (("KM", 6), ("HUB-DO-", 5), ("CR", 6), ("FAC/%(year)s/", 4)),
}
#: {a} {b} {c} consecutive orders, {x} another order; {d} delivery, {r} return, {i} invoice;
#: {na} {nb} {nx} {nr} bare numbers; {end_b} {end_c} last two digits; {t} tracking, {l} lot, {p} the
#: customer's own number. What stands behind "|" must be found; "|odoo: ..." only for that company.
OWN = r"""
{a}번으로 주문했던 사람이에요 아직인가요|a
{a}로 시킨 거 언제 와요|a
{a}이랑 {x}이랑 같이 취소요|a x
{a}하고 {x}하고 둘 다요|a x
{a} 및 {x} 건 합배송 요청|a x
{a}·{x} 일정 회신 바랍니다|a x
{a} / {x} 출고 확인|a x
{a};{x};{b}|a x b
{a}~{end_c} 세 건 일정 부탁드립니다|a b c
{a} ~ {c} 납기 확인|a b c
{a}부터 {c}까지 아직 못 받았어요|a b c
{a}, {end_b}, {end_c} 세 건이요|a b c
{a}/{end_b} 두 건|a b
orders {a} through {c} are late|a b c
from {a} to {c} nothing has arrived|a b c
{a}, {end_b} and {end_c} please|a b c
{a} & {x} in one box?|a x
{a} plus {x}|a x
either {a} or {x}, not sure which|a x
주문번호\n{a}\n상태\n배송중|a
주문번호 | {a} | 수량 3|a
| {a} | 장갑 | 3 | 12,000 |\n| {x} | 거즈 | 1 | 4,500 ||a x
품목\t수량\t주문\n거즈\t3\t{a}|a
1) {a} 2개\n2) {x} 1개|a x
- {a}: 파손\n- {x}: 누락|a x
• {a}\n• {x}|a x
> {a} 건 문의드립니다|a
주문번호 :\n {a}|a
Order\nnumber: {a}|a
「{a}」 문의합니다|a
【{a}】 긴급|a
〈{a}〉 배송조회|a
<{a}> 취소요청|a
'{a}' 이거요|a
“{a}” 조회가 안 돼요|a
*{a}* late again|a
_{a}_ pls|a
{a}!!! 언제 와요|a
{a}... 언제 오나요|a
{a}? 이거 맞나요|a
({a}/{x})|a x
[주문 {a}] 배송 문의|a
Re: Re: [EXT] {a}|a
FW: 주문확인서_{a}.pdf|a
첨부: {a}_거래명세서.xlsx|a
제 오더넘버 {a}입니다|a
구매번호 {a}|a
주문 넘버가 {a}래요|a
주문코드 {a} 확인|a
order ref {a}|a
order reference: {a}|a
order confirmation {a}|a
confirmation no. {a}|a
sales order no. {a}|a
ref: {a}|a
Ref. {a}, two boxes short|a
my order ({a}) is short|a
It's about {a}; two missing|a
{a}'s second box|a
hi {a} where??|a
{a}-where is it|a
{a},10 boxes,broken|a
about order no.{a}.|a
주문번호는요 {a}예요|a
주문번호가 {a}라고 되어 있네요|a
주문번호 {a}라고요|a
{a}에 대해 문의|a
{a}에 포함된 거즈가 없네요|a
{a}만 먼저 보내주세요|a
{a}보다 먼저 주문했어요|a
{a}처럼 늦지 않게 해주세요|a
{a}인데요|a
{a}예요|a
{a}이고요 연락처는 {phone}|a
{a}주문 취소|a
{a}건으로 메일드립니다|a
{a}관련 문의|a
저의 주문은{a}입니다|a
{date} {a} {price}원|a
{phone} {a}|a
{a} ({date}, {price}원, {q}개)|a
order # {na}|a
order#{na} late|a
Order No: {na}, called twice on {phone}|a
order nr {na}|a
order id: {na}|a
orders #{na} and #{nx}|a x
주문번호 {na}이에요|a
주문번호가 {na}번인데|a
주문번호:{na},{nx}|a x
주문번호 = {na}|a
주문번호→{na}|a
주문번호 - {na}|a
주문 번호({na})|a
오더번호 {na}번|a
주문NO.{na}|a
주문번호#{na}|a
{d} 도착했는데 박스가 젖었어요|d
{d}에 문제가 있어요|d
출고 {d} 확인|d
납품서 {d} 수량 부족|d
DN {d} short by two|d
delivery order {d}|d
packing slip {d}, carton 2|d
shipment no {d}|d
{d} / {a}|d a
{a} ({d}) 파손|a d
{r} 수거 언제|r
{r}번 반품 건|r
반품접수번호 {r}|r
반품 번호는 {r}입니다|r
return {r} not picked up|r
my return ({r})|r
RMA number: {r}|r
환불 {r} 입금 전이에요|r
{i} 금액 확인|i
{i}의 공급가액이 틀립니다|i
bill {i} is wrong|i
invoice no. {i}|i
INVOICE: {i}|i
we paid {i} on {date}|i
송장번호 {t}번이요|t
운송장 {t}로 조회해도 안 나와요|t
운송장번호가 {t}인데요|t
운송장번호 : {t}(한진)|t
송장 번호\n{t}|t
송장번호 [{t}]|t
한진택배 {t} 멈춤|t
CJ대한통운 {t} 조회불가|t
롯데택배 운송장 {t}|t
우체국택배 {t}|t
등기번호 {t}|t
배송추적번호 {t}|t
tracking# {t}|t
tracking no is {t}|t
Tracking number (UPS): {t}|t
track {t} please|t
DHL {t} stuck|t
consignment note {t}|t
AWB {t} customs|t
parcel number {t}|t
LOT {l} 에서 누출|l
LOT:{l}|l
(LOT) {l}|l
lot no {l}, leaking|l
lot# {l}|l
from lot {l}|l
batch {l} is leaking|l
batch code {l}|l
로트 {l} 회수 대상인가요|l
로트넘버는 {l}입니다|l
제조번호 {l}|l
제조번호: {l} / 유효기간 2027-03|l
배치번호 {l}|l
시리얼 {l} 고장|l
시리얼넘버 {l}|l
S/N: {l}|l
S/N {l} won't start|l
serial no. {l}|l
일련번호 {l}|l
PO {p} status|p
PO: {p}|p
PO No {p}|p
PO번호 {p}|p
P/O {p} 납기|p
purchase order {p}|p
purchase order no. {p} overdue|p
our order number {p}|p
our reference {p}|p
구매오더 {p}|p
구매발주번호 {p}|p
당사 발주번호 {p} 건|p
귀사 견적 건 아님, 발주서번호: {p}|p
S {sp} 이거요|odoo: s
주문번호 {spaced}|a
s{oh} 확인요|odoo: s
S{oh}|odoo: s
Order S-{z}|odoo: s
S.{z}|odoo: s
S_{z}|odoo: s
s {z} 취소|odoo: s
S{z}번S{zx}번|odoo: s sx
WH/OUT/\n{z}|odoo: ds
WH／OUT／{z}|odoo: ds
wh-out-{z} 파손|odoo: ds
WHOUT{z}|odoo: ds
wh out {z}|odoo: ds
INV-{year}-{z}|odoo: is
inv {year} {z}|odoo: is
INV{year}/{z}|odoo: is
RMA#{z4}|odoo: rs
rma no. {z4}|odoo: rs
RMA: {z4}|odoo: rs
R.M.A. {z4}|odoo: rs
"""
NONE = r"""
쿠팡 주문번호 {shop} 은 잘 왔어요
네이버페이 주문번호 {shop}인데 여기 맞나요
11번가에서 산 {shop} 건
amazon order {amazon} arrived, yours didn't
eBay order {ebay}
지마켓 주문번호 {shop} 환불
다른 쇼핑몰에서 {na}개 샀어요
parking lot {na}
I've a lot {q} of these
lots of {q} pieces
a lot. {q} in total
the lot 4 you have
로트 하나에 {q}개
batch of {q}
batch processing 2026
serial 드라마 {q}편
시리얼 {q}g
시리얼 우유랑 {q}개
{q}% 할인 {q2}% 적립
{q}~{q2}일 걸린다면서요
{t1}~{t2} 사이에 와주세요
오전 {q2}시~오후 {q2}시
between {q2} and {q} boxes
{q} to {q2} business days
{q}-{q2}개
101동 {room}호
{room}호 문앞
경기도 성남시 분당구 판교역로 {q}번길 {q2}-{q}
서울 강남구 테헤란로{q}길 {q2}, {q2}층 S타워
{q}번지 S아파트 {room}호
S타워 {room}호로 배송해주세요
S동 {room}호
Suite {room}, Building S
12 S Main St Apt {room}
{road} S {room}th Ave
PO Box {na}
P.O. Box {big}
zip {post}
우편번호는 {post}이에요
(우){post}
S{two} 울트라 케이스
갤럭시 S{two}
아이폰 {two} 프로
PS{q2} 컨트롤러
Model S{big}X
모델 S-{big}PRO
SM-S{two}8N 배터리
KF{ninety} 대형 {q}개
ISO{iso}
ISO {iso}:2015
KS P {big}
S{iso2}C 강재 {q}개
SUS{steel} 볼트 M{q2}x{q}
SO2 센서 {q}개
SpO2 {ninety}% 측정
SOS {q}
SO {q} 년 보증
So {big} people came
so {q} boxes were fine
S 사이즈 {q}개 M {q2}개
s {q} m {q2} l {q}
사이즈 S({q}cm) 색상 0{q2}
버스 {bus}번 타고
KTX {q2} 열차
KE{bus} 항공편
차량번호 12가 {big}
차 {big}번입니다
ver 1.0.{q}
v{q2}.{q}.{room}
firmware {q2}.{q}.{big}
192.168.0.{q}
MAC 00:1B:44:11:3A:B7
바코드 880{bar}
EAN 880{bar}
(01)0880{bar}(17)270301
ISBN 979-11-{post}-{q2}-3
사업자등록번호 {biz}
법인번호 110111-{seven}
계좌 국민 {acct}
신한은행 {acct} 로 입금
예금주 김민지 계좌번호 {acct}
카드 {card}
card number {card}
승인번호 {eight}
승인번호: {eight} 카드결제
인증번호는 {six}
비밀번호 {six}
회원번호 {eight}
고객번호 {eight}
환자번호 {eight}
차트번호 {eight}
내선 {big}
ext. {big}
내선번호 {big}번
대표번호 1588-{big}
팩스 02-{room}-{big}
tel {phone}
{phone} / {phone2}
{price}원
{price} KRW total
총 {price}원, 주문 {q}건
주문 {q}건 / 반품 {q2}건
주문{q}개
주문 수량 {q}
주문 금액 {price}
주문일시 {date} {t1}
주문일 {date8}
주문시각 {t1}
주문자 김민지 {phone}
주문 후 {q}일
주문 {q}일차
order of {q} units
order qty {q}
order {q} x gloves
order total: {price}
order date {date}
order date {date8}
order placed {t1}
in order 1, 2, 3
in order to get {big}
in short order {q}
송장 {q}장
송장번호가 {q}자리네요
송장 아직 없음 {phone}
택배비 {price}
택배 {q}개
tracking since {date}
tracking {q} parcels
invoice of {price}
invoice dated {date8}
인보이스 {q}장
계산서 {q}장
계산서 금액 {price}
세금계산서 {date8}일자
반품 {q}개
반품비 {price}
RMA 절차 {q}단계
RMA policy 2026
return within {q} days
returns {q}
PO {q} pcs
po {q}
serial number?
S/N ratio {q} dB
lot size {q}
LOT당 {q}개
재고 {q} 남음
온도 {q}.{q2}℃
0.9% 생리식염수 {room}ml {q}개
{q}G x {q2}mm 주사침
14Fr {q}EA
{q}x{q2}x{q}cm
{q}/{q2} 사이즈
#{q}호 바늘
#{q2} 색상
NO.{q2} 사이즈
https://shop.kr/orders/{a}?x={na}
www.example.com/{a}
{a}@example.com
mailto:{a}@mail.kr
img_{date8}_{six}.jpg
IMG_{big}.HEIC
KakaoTalk_{date8}_{six}.png
screenshot {date} {t1}
2026 S/S 시즌
S/S {q}종
FW26 {q}벌
{date}
{date8}
{date} {t1}
"""

#: Written after the finder had been changed for the forms above.
LATE_OWN = r"""
{a} 언제쯤요?|a
제 {a}는 어떻게 된 거예요|a
{a}한테 무슨 일 있나요|a
{a}때문에 연락드려요|a
{a}, 이거 벌써 세 번째 문의예요|a
아래 두 건 부탁드립니다.\n{a}\n{x}|a x
{a} → {x} 로 합쳐주세요|a x
{a} 하나랑 {x} 하나|a x
{a} 아니고 {x} 입니다|a x
{a}(수량 {q}) {x}(수량 {q2})|a x
건명: {a} 납기 문의|a
제목: [{a}] 반품|a
관련주문: {a}|a
주문건 {a}|a
주문내역 {a} 확인부탁|a
해당 주문({a}) 취소|a
주문번호 확인했는데 {a} 래요|a
주문번호가 어... {a}이요|a
음 그게 {a} 그거요|a
order: {a}|a
Order {a}, item 3|a
order no {a} (placed {date})|a
Orders: {a}; {x}|a x
see {a} below|a
re {a} again|a
your {a} arrived damaged|a
for order {a} we need {q} more|a
cust asks about {a}, tel {phone}|a
{a} / {price} KRW / {date}|a
{a}: {q} pcs short of {big}|a
{a} due {date}|a
It is {a}, not {x}|a x
{a} to {c} were all late from {date}|a c
Order No.: {na}|a
order number is #{na}|a
my order no is {na} thanks|a
주문번호 {na} 고요 이름은 김민지|a
주문번호{na}|a
주문번호는 {na} 연락처 {phone}|a
주문번호 {na}번 {q}개 누락|a
{d} 건 기사님 연락처|d
{d} 수령 {q}박스|d
delivery {d}: {q2} cartons wet|d
{r} 회수 지연|r
{r} credit?|r
{i} 재발행|i
{i}({price}원)|i
please resend {i}|i
송장 {t} {date} 이후 안 움직여요|t
송장번호 {t}, 주문번호 {a}|t a
tracking number is {t}, order {a}|t a
택배 송장 {t} 기사님 번호 {phone}|t
waybill no. {t}|t
LOT 번호 {l} 유통기한 {date}|l
로트 번호: {l}\n수량: {q}|l
lot number {l}, qty {q}|l
serial no {l} bought {date}|l
PO number {p}, line 3|p
발주번호 {p} / 납기 {date}|p
our PO {p}|p
"""
LATE_NONE = r"""
주문이 {q}개나 밀렸어요
주문서 {q}부 출력
주문 {date} {t1} 결제
주문 총액 {price} 원
주문했는데 {q}일 지남
주문제작 {q}x{q2}
오더메이드 {q}
order more than {q}
order #1 priority
ordered {big} last year
orders over {price} ship free
order by {t1}
my {q}th order
first order {date}
delivery {q} days
delivery {date}
delivery between {t1} and {t2}
delivery to {room} Main St
배송 {q}건 중 {q2}건
배송지 {post} 서울시
배송 {date} 까지
배송비 {price}
반품 {date} 까지
반품 신청 {q}일
return {q} boxes
returned {date}
S{q2} 사이즈
S 또는 M {q}개
S급 {q}개
A/S {q}일
A/S 센터 {phone}
S자 고리 {q}개
S-{q2} 규격 볼트
P{q2} 노즐
{six} 인증
OTP {six}
pin {big}
{big}번 버스
{q}번 출구
{q}번째 문의
{q}번 문의
{big}-{big}
{q}+{q2}
{q} x {price}
room {room}
ward {q2}, bed {q}
{q2}병동 {q}호실
침대 {q}개 {q2}층
extension {big}
tel. {phone}
fax {phone2}
환율 {big}.{q}
지분 {q}.{q2}%
점수 {ninety}점
모델 KX-{big}
품번 {big}-{q2}
part number {big}-{post}
item {post}
SKU {six}
코드 {post}
barcode {bar}
lot of trouble since {date}
a lot of {big}
롯데마트 {q}호점
로또 {q}회
PO 발행 {q}건
invoice {date}
bill of {price}
bill {price}
영수증 {q}장
track record {big}
on track for {date}
tracking page {t1}
"""


def halves(text):
    """{half: the lines of a template text that belong to it}."""
    drawn = {"dev": [], "unseen": []}
    for line in text.strip().splitlines():
        draw = hashlib.sha256(line.encode()).digest()[0] % 2
        drawn["unseen" if draw else "dev"].append(line)
    return drawn


def _printed(prefix, padding, number, year):
    """A document's number as the company prints it."""
    return prefix.replace("%(year)s", str(year)).replace("%(month)s", "07") + str(number).zfill(padding)


def _values(rng, company):
    """What is written into the templates, and what it stands for."""
    (order, order_pad), (out, out_pad), (back, back_pad), (bill, bill_pad) = COMPANIES[company]
    year = rng.randint(2024, 2026)
    # consecutive numbers within one hundred, so that "S00042~44" can be said
    number = rng.randint(1, 899) * 100 + rng.randint(10, 90)
    other = number + rng.randint(200, 9_000)
    low = rng.randint(1, 9_999)
    track = "".join(rng.choice("123456789") for _ in range(12))
    letters = "".join(rng.choice("ABCDEFGHJKLMNPRT") for _ in range(2))
    lot = rng.choice(
        [f"{letters}{rng.randint(1000, 99999)}", f"{rng.randint(20, 27)}{letters}-{rng.randint(100, 9999)}"]
    )
    ref = rng.choice(
        [f"45{rng.randint(10**7, 10**8 - 1)}", f"HP-{rng.randint(1000, 99999)}", f"{letters}{year}-{low:04d}"]
    )
    printed = {
        key: _printed(order, order_pad, value, year)
        for key, value in (("a", number), ("b", number + 1), ("c", number + 2), ("x", other))
    }
    date = (year, rng.randint(1, 12), rng.randint(1, 28))
    zero = f"{low:05d}"
    say = printed | {
        "d": _printed(out, out_pad, low, year),
        "r": _printed(back, back_pad, low % 10**back_pad, year),
        "i": _printed(bill, bill_pad, low % 10**bill_pad, year),
        "na": number,
        "nb": number + 1,
        "nx": other,
        "end_b": f"{(number + 1) % 100:02d}",
        "end_c": f"{(number + 2) % 100:02d}",
        "t": rng.choice([track, f"{track[:4]}-{track[4:8]}-{track[8:]}", f"{track[:4]} {track[4:8]} {track[8:]}"]),
        "l": lot,
        "p": ref,
        "sp": " ".join(zero),
        "spaced": " ".join(printed["a"]),
        "oh": zero.replace("0", "O", 1) if "0" in zero[1:] else zero,
        "z": zero,
        "zx": f"{low // 2 + 1:05d}",
        "z4": f"{low:04d}",
        "year": year,
        "phone": rng.choice(
            [f"010-{rng.randint(2000, 9999)}-{rng.randint(1000, 9999)}", f"010{rng.randint(2 * 10**7, 10**8)}"]
        ),
        "phone2": f"02-{rng.randint(300, 999)}-{rng.randint(1000, 9999)}",
        "date": rng.choice(
            ["{0}-{1:02d}-{2:02d}", "{0}.{1}.{2}", "{0}년 {1}월 {2}일", "{1}/{2}", "{2}/{1}/{0}"]
        ).format(*date),
        "date8": f"{date[0]}{date[1]:02d}{date[2]:02d}",
        "price": f"{rng.randint(1000, 900000):,}",
        "q": rng.randint(12, 60),
        "q2": rng.randint(2, 11),
        "t1": f"{rng.randint(9, 12):02d}:{rng.choice(['00', '30', '15'])}",
        "t2": f"{rng.randint(13, 20)}:{rng.choice(['00', '30'])}",
        "room": rng.randint(101, 1905),
        "road": rng.randint(10, 999),
        "big": rng.randint(1000, 9999),
        "post": f"{rng.randint(1000, 63644):05d}",
        "two": rng.randint(20, 26),
        "ninety": rng.randint(80, 99),
        "iso": rng.choice([9001, 13485, 14001]),
        "iso2": rng.choice([20, 45]),
        "steel": rng.choice([304, 316]),
        "bus": rng.randint(100, 9999),
        "bar": "".join(rng.choice("0123456789") for _ in range(10)),
        "biz": f"{rng.randint(100, 999)}-{rng.randint(10, 99)}-{rng.randint(10000, 99999)}",
        "seven": rng.randint(10**6, 10**7 - 1),
        "acct": f"{rng.randint(100, 999)}-{rng.randint(10, 999)}-{rng.randint(100000, 999999)}",
        "card": "-".join(str(rng.randint(4000, 5999)) for _ in range(4)),
        "eight": rng.randint(10**7, 10**8 - 1),
        "six": f"{rng.randint(0, 999999):06d}",
        "shop": rng.choice([f"{rng.randint(10**10, 10**11)}", f"{year}{rng.randint(10**11, 10**12)}"]),
        "amazon": f"{rng.randint(100, 999)}-{rng.randint(10**6, 10**7 - 1)}-{rng.randint(10**6, 10**7 - 1)}",
        "ebay": f"{rng.randint(10, 27)}-{rng.randint(10000, 14000)}-{rng.randint(10000, 99999)}",
    }
    means = {key: ("order", value) for key, value in printed.items()} | {
        "d": ("picking", say["d"]),
        "r": ("rma", say["r"]),
        "i": ("invoice", say["i"]),
        "t": ("tracking", track),
        "l": ("lot", lot.upper()),
        "p": ("customer_ref", ref.upper()),
        "s": ("order", f"S{zero}"),
        "sx": ("order", f"S{say['zx']}"),
        "ds": ("picking", f"WH/OUT/{zero}"),
        "is": ("invoice", f"INV/{year}/{zero}"),
        "rs": ("rma", f"RMA{low:04d}"),
    }
    return say, means


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _as_typed(rng, text):
    style = rng.random()
    if style < 0.10:
        return text.translate(WIDE)
    if style < 0.20:
        return text.lower()
    if style < 0.25:
        return text.upper()
    if style < 0.32:
        return f"안녕하세요 {rng.randint(2, 9)}병동입니다.\n{text}\n\n김지우 드림\n02-555-{rng.randint(1000, 9999)}"
    if style < 0.38:
        return f"Hi,\n\n{text}\n\nThanks,\nJ. Park\nUnit 4, 12 High St\n+44 20 7946 {rng.randint(1000, 9999)}"
    if style < 0.42:
        return text.replace(" ", "\u00a0")
    return text


def messages(count, seed, half):
    """Yield (text, named documents, company, template)."""
    rng = random.Random(seed)
    if half == "late":
        own, none = LATE_OWN.strip().splitlines(), LATE_NONE.strip().splitlines()
    else:
        own, none = halves(OWN)[half], halves(NONE)[half]
    for place in range(count):
        # Other companies' numbering in a third of the messages.
        company = rng.choice(["odoo"] * 8 + sorted(set(COMPANIES) - {"odoo"}))
        if place % 2:
            template, keys = rng.choice(none), ""
        else:
            template, _bar, keys = rng.choice(own).rpartition("|")
            if "{n" in template and "%(" in COMPANIES[company][0][0]:
                company = "odoo"  # "order 42" names no order where each year counts anew
            if ":" in keys:
                company, _colon, keys = keys.partition(":")
        say, means = _values(rng, company)
        text = template.replace("\\n", "\n").replace("\\t", "\t").format(**say)
        yield _as_typed(rng, text), {means[key] for key in keys.split()}, company, template
