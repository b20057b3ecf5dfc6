# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two fictional hospitals, what they use and which procedure needs what.

Procedures and how often they happen come from data/synthea; hospitals, people,
products, prices and kits are invented, of a kind that hospitals really use.
"""

from dataclasses import dataclass, field

KRW_PER_GBP = 1750.0  # a round figure for the demo, no quotation


@dataclass(frozen=True)
class Supply:
    """One consumable: names, price in won, shelf life in days, pack, criticality."""

    key: str
    name: str
    name_ko: str
    won: int
    shelf_days: int
    pack: int
    criticality: str


SUPPLIES = [
    Supply(*row)
    for row in [
        ("glove", "Sterile surgical gloves, pair", "멸균 수술 장갑(켤레)", 1200, 900, 50, "standard"),
        ("gown", "Sterile surgical gown", "멸균 수술 가운", 8500, 900, 10, "standard"),
        ("drape", "Universal drape pack", "일반 수술포 세트", 24000, 720, 6, "critical"),
        ("suture", "Absorbable suture 2-0", "흡수성 봉합사 2-0", 6800, 700, 12, "critical"),
        ("stapler", "Linear stapler cartridge 60 mm", "선형 자동봉합기 카트리지 60 mm", 185000, 600, 3, "critical"),
        ("skinstapler", "Skin stapler 35", "피부 봉합기 35", 32000, 600, 6, "standard"),
        ("foley", "Foley catheter 16 Fr", "폴리 카테터 16 Fr", 7200, 700, 10, "standard"),
        ("ivset", "Infusion set", "수액 세트", 2300, 900, 25, "standard"),
        ("oxygenator", "Adult membrane oxygenator", "성인용 막형 산화기", 1600000, 500, 1, "life_saving"),
        (
            "stent",
            "Drug-eluting coronary stent 3.0 x 18",
            "약물방출 관상동맥 스텐트 3.0 x 18",
            1250000,
            400,
            1,
            "life_saving",
        ),
        ("balloon", "PTCA balloon catheter", "PTCA 풍선 카테터", 240000, 500, 1, "critical"),
        ("guidewire", "Coronary guidewire 0.014", "관상동맥 가이드와이어 0.014", 98000, 600, 5, "critical"),
        ("sheath", "Introducer sheath 6 Fr", "유도 쉬스 6 Fr", 45000, 600, 5, "critical"),
        ("ablation", "Irrigated ablation catheter", "관류형 절제 카테터", 1900000, 400, 1, "critical"),
        ("icd", "CRT-D generator with leads", "심장 재동기화 제세동기 세트", 14500000, 400, 1, "life_saving"),
        ("pads", "Defibrillation electrode pads", "제세동 전극 패드", 65000, 300, 2, "life_saving"),
        ("forceps", "Disposable biopsy forceps", "일회용 생검 겸자", 18000, 700, 10, "critical"),
        ("snare", "Polypectomy snare", "용종 절제 올가미", 35000, 700, 5, "critical"),
        ("clip", "Haemostatic clip", "지혈 클립", 42000, 500, 5, "life_saving"),
        ("tubing", "Endoscope irrigation tubing", "내시경 세척 튜브", 9500, 800, 10, "standard"),
        ("brush", "Endoscope cleaning brush", "내시경 세척 솔", 2800, 1200, 20, "convenience"),
        ("epidural", "Epidural anaesthesia set", "경막외 마취 세트", 38000, 500, 5, "critical"),
        ("delivery", "Sterile delivery set", "멸균 분만 세트", 29000, 500, 5, "critical"),
        ("splint", "Fibreglass splint 10 cm", "유리섬유 부목 10 cm", 14000, 700, 10, "standard"),
        ("dressing", "Sterile wound dressing", "멸균 상처 드레싱", 3200, 800, 20, "standard"),
    ]
]


@dataclass(frozen=True)
class Procedure:
    """A procedure: SNOMED code, names, and its kit {supply: (quantity, probability)}."""

    code: str
    name: str
    name_ko: str
    kit: dict = field(hash=False)


PROCEDURES = [
    Procedure(
        "73761001",
        "Colonoscopy",
        "대장내시경",
        {
            "glove": (3, 1),
            "tubing": (1, 1),
            "brush": (1, 1),
            "forceps": (1, 0.35),
            "snare": (1, 0.25),
            "clip": (2, 0.1),
        },
    ),
    Procedure(
        "274031008",
        "Rectal polypectomy",
        "직장 용종 절제술",
        {"glove": (3, 1), "tubing": (1, 1), "brush": (1, 1), "snare": (1, 1), "clip": (2, 0.6), "forceps": (1, 0.5)},
    ),
    Procedure(
        "76164006",
        "Biopsy of colon",
        "대장 생검",
        {"glove": (3, 1), "tubing": (1, 1), "brush": (1, 1), "forceps": (1, 1), "clip": (1, 0.08)},
    ),
    Procedure(
        "18286008",
        "Catheter ablation of tissue of heart",
        "심장 전극도자 절제술",
        {
            "glove": (4, 1),
            "gown": (3, 1),
            "drape": (1, 1),
            "sheath": (2, 1),
            "ablation": (1, 1),
            "pads": (1, 1),
            "ivset": (2, 1),
        },
    ),
    Procedure(
        "180325003",
        "Electrical cardioversion",
        "전기적 심율동 전환",
        {"glove": (2, 1), "pads": (1, 1), "ivset": (1, 1)},
    ),
    Procedure(
        "415070008",
        "Percutaneous coronary intervention",
        "경피적 관상동맥 중재술",
        {
            "glove": (4, 1),
            "gown": (3, 1),
            "drape": (1, 1),
            "sheath": (1, 1),
            "guidewire": (2, 1),
            "balloon": (1, 0.9),
            "stent": (1, 0.3),
            "ivset": (2, 1),
        },
    ),
    Procedure(
        "447365002",
        "Insertion of biventricular cardioverter defibrillator",
        "심장 재동기화 제세동기 삽입술",
        {
            "glove": (6, 1),
            "gown": (4, 1),
            "drape": (1, 1),
            "icd": (1, 1),
            "sheath": (3, 1),
            "suture": (3, 1),
            "pads": (1, 1),
        },
    ),
    Procedure(
        "11466000",
        "Caesarean section",
        "제왕절개",
        {
            "glove": (8, 1),
            "gown": (5, 1),
            "drape": (1, 1),
            "suture": (5, 1),
            "foley": (1, 1),
            "ivset": (2, 1),
            "skinstapler": (1, 0.5),
            "dressing": (2, 1),
        },
    ),
    Procedure(
        "43075005",
        "Partial resection of colon",
        "대장 부분 절제술",
        {
            "glove": (10, 1),
            "gown": (6, 1),
            "drape": (1, 1),
            "stapler": (3, 0.9),
            "suture": (6, 1),
            "foley": (1, 1),
            "skinstapler": (1, 1),
            "ivset": (3, 1),
        },
    ),
    Procedure(
        "80146002",
        "Appendectomy",
        "충수 절제술",
        {"glove": (6, 1), "gown": (4, 1), "drape": (1, 1), "stapler": (1, 0.5), "suture": (3, 1), "dressing": (2, 1)},
    ),
    Procedure(
        "232717009",
        "Coronary artery bypass grafting",
        "관상동맥 우회술",
        {
            "glove": (14, 1),
            "gown": (8, 1),
            "drape": (2, 1),
            "oxygenator": (1, 1),
            "suture": (10, 1),
            "foley": (1, 1),
            "ivset": (5, 1),
        },
    ),
    Procedure(
        "66348005",
        "Childbirth",
        "분만",
        {"glove": (4, 1), "gown": (2, 1), "delivery": (1, 1), "ivset": (1, 0.8), "suture": (2, 0.4)},
    ),
    Procedure(
        "18946005", "Epidural anaesthesia", "경막외 마취", {"glove": (2, 1), "epidural": (1, 1), "ivset": (1, 1)}
    ),
    Procedure(
        "288086009", "Suture of open wound", "창상 봉합술", {"glove": (2, 1), "suture": (2, 1), "dressing": (2, 1)}
    ),
    Procedure(
        "274474001", "Bone immobilisation", "골절 고정술", {"glove": (2, 1), "splint": (2, 1), "dressing": (1, 0.3)}
    ),
]


@dataclass(frozen=True)
class Department:
    """A hospital department with one storeroom and its operations per working day."""

    ref: str
    name: str
    kind: str
    storeroom: str
    per_day: float
    codes: tuple


@dataclass(frozen=True)
class Hospital:
    """A hospital: number, names, town, feed format and departments."""

    number: int
    name: str
    city: str
    feed: str
    source: str
    departments: tuple


HOSPITALS = [
    Hospital(
        1,
        "한빛대학교병원",
        "서울",
        "fhir",
        "hanbit",
        (
            Department(
                "HB-ENDO",
                "소화기내시경센터",
                "endoscopy",
                "내시경센터 창고",
                5.0,
                ("73761001", "274031008", "76164006"),
            ),
            Department(
                "HB-CATH",
                "심혈관센터",
                "cath_lab",
                "심혈관센터 창고",
                2.5,
                ("18286008", "180325003", "415070008", "447365002"),
            ),
            Department(
                "HB-OR",
                "중앙수술실",
                "operating_room",
                "중앙수술실 창고",
                2.0,
                ("11466000", "43075005", "80146002", "232717009"),
            ),
        ),
    ),
    Hospital(
        2,
        "푸른시민병원",
        "부산",
        "hl7v2",
        "pureun",
        (
            Department("PR-ENDO", "내시경실", "endoscopy", "내시경실 창고", 3.0, ("73761001", "274031008")),
            Department(
                "PR-DELIV", "분만장", "operating_room", "분만장 창고", 2.0, ("66348005", "18946005", "11466000")
            ),
            Department("PR-ER", "응급처치실", "emergency", "응급처치실 창고", 2.0, ("288086009", "274474001")),
        ),
    ),
]

SUPPLY = {supply.key: supply for supply in SUPPLIES}
PROCEDURE = {procedure.code: procedure for procedure in PROCEDURES}


def weekly_use(department, weights):
    """Return {supply: expected pieces per week} of a department, all bookings held.

    :param weights: {code: weekly rate} of the real procedure mix
    """
    total = sum(weights[code] for code in department.codes)
    use = {}
    for code in department.codes:
        cases = 5 * department.per_day * weights[code] / total
        for key, (quantity, probability) in PROCEDURE[code].kit.items():
            use[key] = use.get(key, 0) + cases * quantity * probability
    return use
