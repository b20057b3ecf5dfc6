# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Draw docs/architecture.svg and docs/architecture.ko.svg.

Run: ``python docs/architecture.py``
"""

from pathlib import Path

TEXTS = {
    "en": {
        "title": "What customers ask, what warehouses do, what schedules say – joined in Odoo 19",
        "in": "Comes in",
        "out": "Comes out",
        "inputs": [
            "Orders, returns, tickets, messages",
            "Warehouse moves, lots, carrier events",
            "Hospital schedules: FHIR · HL7 v2 · iCalendar",
        ],
        "crm": (
            "crm_logistics_bridge",
            "one timeline · overview panel",
            "links from text · ETA and promise",
        ),
        "omni": (
            "omni_forecast",
            "demand from moves · backtest",
            "intervals · reorder-rule proposals",
        ),
        "med": (
            "medical_supply_crm",
            "schedule → kits → net need",
            "portal approval · sale order",
        ),
        "engine": "engine/ – pure Python (pandas in, pandas out; no Odoo import)",
        "odoo": "Odoo 19 Community + OCA: sale_stock · purchase_stock · portal · helpdesk_mgmt · rma_sale · delivery_state · stock_demand_estimate · edi_core_oca",
        "outputs": [
            "Agent answers with a calibrated date",
            "Planner applies with one click",
            "Hospital approves on the portal",
        ],
        "doors": "Outside doors without a database: scripts/forecast · scripts/emr_read | Outside client: odoorpc + pandas",
        "pg": "PostgreSQL",
    },
    "ko": {
        "title": "고객의 요청, 창고의 움직임, 병원의 일정을 Odoo 19 안에서 하나로",
        "in": "들어오는 것",
        "out": "나가는 것",
        "inputs": [
            "주문, 반품, 고객센터 티켓, 메시지",
            "창고 재고 이동, LOT, 운송업체 이벤트",
            "병원 일정: FHIR · HL7 v2 · iCalendar",
        ],
        "crm": (
            "crm_logistics_bridge",
            "이력 · 고객 한눈에 보기",
            "본문 속 참조 연결 · 예상 도착일과 약속일",
        ),
        "omni": (
            "omni_forecast",
            "재고 이동에서 읽는 수요 · 사후 검증",
            "예측 구간 · 재주문 규칙 제안",
        ),
        "med": (
            "medical_supply_crm",
            "일정 → 소모품 키트 → 순소요량",
            "포털 승인 · 판매 주문",
        ),
        "engine": "engine/ – 순수 Python (pandas 입출력, Odoo 가져오기 없음)",
        "odoo": "Odoo 19 Community + OCA: sale_stock · purchase_stock · portal · helpdesk_mgmt · rma_sale · delivery_state · stock_demand_estimate · edi_core_oca",
        "outputs": [
            "상담원이 근거 있는 날짜로 답변",
            "수요 계획자가 클릭 한 번으로 적용",
            "병원이 포털에서 승인",
        ],
        "doors": "데이터베이스 없이 쓰는 명령: scripts/forecast · scripts/emr_read | 외부 클라이언트: odoorpc + pandas",
        "pg": "PostgreSQL",
    },
}


def box(x, y, w, h, fill, stroke, lines, size=14, first_bold=True):
    out = [f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{fill}" stroke="{stroke}"/>']
    top = y + h / 2 - (len(lines) - 1) * (size + 5) / 2 + size / 3
    for i, line in enumerate(lines):
        weight = "bold" if first_bold and i == 0 and len(lines) > 1 else "normal"
        out.append(
            f'<text x="{x + w / 2}" y="{top + i * (size + 5):.0f}" font-size="{size}" '
            f'font-weight="{weight}" text-anchor="middle">{line}</text>'
        )
    return "\n".join(out)


def arrow(x1, y1, x2, y2):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#5b6472" stroke-width="1.6" marker-end="url(#a)"/>'


def draw(t):
    p = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1180 520" font-family="sans-serif" fill="#1f2733">',
        '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L10 5L0 10z" fill="#5b6472"/></marker></defs>',
        '<rect width="1180" height="520" fill="#ffffff"/>',
        f'<text x="590" y="34" font-size="19" font-weight="bold" text-anchor="middle">{t["title"]}</text>',
        f'<text x="140" y="72" font-size="13" text-anchor="middle" fill="#5b6472">{t["in"]}</text>',
        f'<text x="1045" y="72" font-size="13" text-anchor="middle" fill="#5b6472">{t["out"]}</text>',
    ]
    rows = [
        (88, "crm", "#e8f1fb", "#3b78b5"),
        (188, "omni", "#eaf6ec", "#3f8f53"),
        (288, "med", "#fdeeee", "#b84a4a"),
    ]
    for i, (y, key, fill, stroke) in enumerate(rows):
        p.append(box(12, y + 10, 256, 60, "#f5f6f8", "#a8afba", [t["inputs"][i]], 12))
        p.append(box(370, y, 440, 84, fill, stroke, t[key], 15))
        p.append(box(918, y + 10, 250, 60, "#f5f6f8", "#a8afba", [t["outputs"][i]], 12))
        p.append(arrow(812, y + 40, 914, y + 40))
    p += [
        arrow(270, 128, 366, 128),
        arrow(270, 222, 366, 150),
        arrow(270, 232, 366, 232),
        arrow(270, 328, 366, 328),
    ]
    p += [
        arrow(590, 288, 590, 273),
        '<path d="M812 318 C856 318 856 142 814 142" fill="none" stroke="#5b6472" stroke-width="1.6" marker-end="url(#a)"/>',
    ]
    p.append(box(330, 386, 520, 34, "#fff8e2", "#c29a2b", [t["engine"]], 13))
    p.append(box(12, 432, 1156, 34, "#f0ebf6", "#7c5fa8", [t["odoo"]], 12.5))
    p.append(box(12, 476, 900, 32, "#f5f6f8", "#a8afba", [t["doors"]], 12.5))
    p.append(box(926, 476, 242, 32, "#f5f6f8", "#a8afba", [t["pg"]], 12.5))
    p.append("</svg>")
    return "\n".join(p) + "\n"


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "architecture.svg").write_text(draw(TEXTS["en"]), encoding="utf-8")
    (here / "architecture.ko.svg").write_text(draw(TEXTS["ko"]), encoding="utf-8")
