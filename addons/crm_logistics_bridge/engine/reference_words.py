# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Words and signs around a reference, Korean and English; see :mod:`references`."""

import re

# A reference starts where no Latin letter or digit precedes (Hangul may: 주문S00042,
# 주문번호-S00042; so may No.S00042) and stops where none follows; 00042-1, 00042/3,
# 42.5 and 42,000 are other things.
BEFORE = r"(?<![A-Za-z0-9_@])(?:(?<![A-Za-z0-9_][.\-])|(?<=\b[Nn][Oo]\.))(?<![A-Za-z]/)"
AFTER = r"(?![A-Za-z0-9_@%])(?![\-/.:]\d)(?!,\d{3}(?!\d))"
# A complete number with its prefix may stand in a file's name and be followed by
# another one: 주문확인서_S00042.pdf, S00042/43.
BEFORE_PREFIX = (
    r"(?<![A-Za-z0-9@])(?<!\d_)(?:(?<![A-Za-z0-9_][.\-])|(?<=\b[Nn][Oo]\.))"
    r"(?<![A-Za-z]/)"
)
AFTER_PREFIX = r"(?![A-Za-z0-9@%])(?!_\d)(?![\-.:]\d)(?!/\d(?!\d))(?!,\d{3}(?!\d))"
#: Letters and digits typed one by one: "S 0 0 0 4 2".
SPACED = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{1,6}(?: ?[A-Za-z/\-]){0,6}(?: \d){3,10}(?![A-Za-z0-9]| \d)"
)
# After a bare number: quantities, money, dates and times are not references.
COUNTER = re.compile(
    r"\s*(?:(?:원|개|박스|상자|세트|팩|병|장|권|켤레|대|명|분|초|시간|시|일|월|년|주|건|회|차|층|호|동|"
    r"만|천|억|퍼센트|프로|달러|유로|자리|점|종|벌|매|통|포|봉|단계|번길|번지|가지|도)"
    r"(?=$|[^가-힣]|[은는이가을를도만의에로와과나정씩째짜입들남쯤분전후동간차안내까]|으로|부터)"
    r"|번째|개월|%|"
    r"(?:pcs?|pieces?|units?|items?|boxes|box|packs?|sets?|pairs?|days?|hours?|hrs?|"
    r"weeks?|months?|years?|minutes?|mins?|times?|won|krw|usd|eur|gbp|dollars?|euros?|"
    r"pounds?|percent|am|pm|people|copies|bottles?|pallets?|cartons?|ea|of|x|kg|g|ml|l|cm|mm|m)"
    r"(?![A-Za-z]))",
    re.IGNORECASE,
)
# "번" alone means "number", but "3번째" is "third" and "3번이나" is "three times".
DATE = re.compile(
    r"^(?:19|20)\d{2}[\-/.]?(?:0[1-9]|1[0-2])[\-/.]?(?:0[1-9]|[12]\d|3[01])$"
)
PHONE = re.compile(
    r"^(?:\+82[\- ]?|82[\- ])?0?(?:1[016789]|2|[3-6]\d|70|80|50\d)[\- ]\d{3,4}[\- ]\d{4}$"
)
MOBILE = re.compile(r"^01[016789]\d{7,8}$")
URL_OR_MAIL = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", re.IGNORECASE
)
PARTICLE = r"(?:은|는|이|가|을|를|의|도|만|로|으로)?"
LINK = rf"{PARTICLE}\s*(?:(?:is|are)\s+)?[:=#(\[<「【\-→|]?\s*(?:no\.?\s*|#\s*)?"
#: "주문번호 42, 43": what goes on after a number that was named.
MORE = re.compile(
    r"\s*(?:,|/|&|\+|및|와|과|랑|이랑|하고|그리고|\b(?:and|or)\b)\s*(?:and\s+)?#?(?P<number>\d{2,})"
    r"(?:번(?![째이]))?(?![A-Za-z0-9_@%])(?![\-/.:]\d)(?!,\d{3}(?!\d))",
    re.IGNORECASE,
)

#: kind -> (explicit labels, loose words); a label names a number, a loose word a thing.
KEYWORDS = {
    "order": (
        r"(?:주문|오더|구매)\s*(?:번호|넘버|코드|no\.?|#)|"
        r"orders?\s*(?:numbers?|nums?\.?|nos?\.?|nr\.?|ids?|reference|ref\.?|#)|so\s*#",
        r"주문|오더|(?:sales?\s+)?order|s/?o",
    ),
    "picking": (
        r"(?:출고|배송|출하)\s*(?:번호|넘버|no\.?|#)|"
        r"(?:delivery|shipment|dispatch)\s*(?:number|num\.?|no\.?|id|order\s*(?:no\.?|number)|note|#)",
        "",
    ),
    "rma": (
        r"(?:반품|반납|교환)\s*(?:번호|넘버|no\.?|#)|(?:rma|return)\s*(?:number|no\.?|id|#)",
        "",
    ),
    "ticket": (
        r"(?:문의|접수|상담|티켓)\s*(?:번호|넘버|no\.?|#)|"
        r"(?:ticket|case|request)\s*(?:number|no\.?|id|#)",
        "",
    ),
    "invoice": (
        r"(?:세금\s*계산서|청구서|계산서|인보이스)\s*(?:번호|넘버|no\.?|#)|"
        r"invoice\s*(?:number|num\.?|no\.?|id|#)",
        "",
    ),
}
TRACKING_LABEL = (
    r"(?:운송장|송장|택배|등기|(?:배송\s*)?추적)\s*(?:번호|넘버|no\.?|#)?|"
    r"(?:tracking|waybill|consignment(?:\s+note)?|awb|parcel|track)\s*(?:number|num\.?|no\.?|code|id|ref\.?|#)?"
)
_CARRIERS = (
    r"(?:cj\s*)?대한통운|cj|한진(?:택배)?|롯데(?:택배)?|우체국(?:택배)?|로젠(?:택배)?|경동(?:택배)?|"
    r"dhl|ups|fedex|tnt|dpd|gls|ems|usps"
)
TRACKING_BARE = re.compile(
    rf"{BEFORE}(1Z[0-9A-Z]{{16}}|[A-Z]{{2}}\d{{9}}[A-Z]{{2}}){AFTER}", re.IGNORECASE
)
TRACKING = re.compile(
    rf"(?<![A-Za-z])(?:{TRACKING_LABEL}|{_CARRIERS}){LINK}\(?(?:{_CARRIERS})?\)?\s*[:#]?\s*"
    r"([A-Z]{0,4}\d[0-9A-Z]*"
    rf"(?:(?<!\d{{9}})[\- ]\d{{3,5}}(?!\d|년|월|일|원)){{0,3}}[A-Z]{{0,2}}){AFTER}",
    re.IGNORECASE,
)
_TOKEN = r"([A-Z0-9][A-Z0-9\-/._]*[A-Z0-9])"
LOT = re.compile(
    r"(?<![A-Za-z])(?:(?:로트|롯트|lot|배치|batch|시리얼|일련|제조|serial)\s*"
    r"(?:번호|넘버|number|num\.?|no\.?|code|#|:|\))|s/n\s*:?"
    r"|(?<!a\s)(?<!parking\s)(?<![A-Za-z])(?:lot|로트|serial|시리얼|batch(?=\s+[A-Z0-9\-]*\d)))"
    rf"{LINK}{_TOKEN}(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)
# "our order number 45001182" may be the company's own; longer ones and letters are not.
CUSTOMER_REF = re.compile(
    r"(?<![A-Za-z])(?:p\.?/?o\.?\s*(?:number|no\.?|#|번호|:|(?=\d{5})|(?=[A-Z]{1,4}-?\d{4}))"
    r"|(?:구매\s*오더|(?:구매\s*)?발주)\s*(?:서)?\s*(?:번호|no\.?|#)|구매\s*오더(?=\s+[A-Z0-9\-]*\d{4})"
    r"|purchase\s+order\s*(?:number|no\.?|#|:)?|our\s+order\s*(?:number|no\.?|#)(?=\W*(?:\d{9}|[A-Z]{1,4}-?\d))"
    r"|(?:our|your|customer)\s+ref(?:erence|\.)?(?:\s*(?:number|no\.?))?|고객\s*참조\s*(?:번호)?)"
    rf"{LINK}{_TOKEN}(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)
#: Other shops number their orders too.
SHOP = re.compile(
    r"(?:쿠팡|네이버(?:페이)?|11번가|지마켓|g마켓|옥션|카카오|위메프|티몬|amazon|ebay|aliexpress|알리(?:익스프레스)?)"
    r"[^\n.]{0,12}$",
    re.IGNORECASE,
)
