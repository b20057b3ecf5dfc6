# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What lies on the medical desk on the day of the demo: a recall that runs, a storeroom that
is supplied without asking, two-bin cards. All of it once, keyed by external id.
"""

RULE = "medical_rule_er"
RECALL = "medical_recall_clip"
CARD = "medical_bin_"
SILENT_ROOM = "medical_storeroom_PR-ER"
CARD_ROOM = "medical_storeroom_HB-ENDO"
CARD_SUPPLIES = ("glove", "tubing")
RECALLED = "clip"


def load_rule(client, hospitals, storerooms):
    """Let the second hospital's emergency room be supplied without a signature."""
    if RULE in client.known("medical.approval.rule", RULE):
        return
    storeroom = storerooms[SILENT_ROOM]
    client.create_keyed(
        "medical.approval.rule",
        RULE,
        {
            "name": "응급처치실 소액 자동 승인",
            "hospital_id": hospitals[2],
            "storeroom_id": storeroom,
            "max_amount": 500.0,
            "max_amount_week": 1500.0,
        },
        [("storeroom_id", "=", storeroom)],
    )


def load_cards(client, storerooms):
    """Two-bin cards for two supplies of the endoscopy's storeroom."""
    known = client.known("medical.bin", CARD)
    products = client.known("product.product", "medical_supply_")
    for supply in CARD_SUPPLIES:
        key = CARD + supply
        if key in known:
            continue
        line = client.search_read(
            "medical.storeroom.line",
            [
                ("storeroom_id", "=", storerooms[CARD_ROOM]),
                ("product_id", "=", products[f"medical_supply_{supply}"]),
            ],
            ["pack_size"],
        )
        if line:
            client.create_keyed(
                "medical.bin",
                key,
                {"storeroom_line_id": line[0]["id"], "quantity": line[0]["pack_size"]},
                [("storeroom_line_id", "=", line[0]["id"])],
            )


def load_recall(client):
    """Recall the older lots of one supply and tell the hospitals."""
    known = client.known("medical.recall", RECALL)
    if RECALL not in known:
        lots = client.known("stock.lot", "medical_lot_")
        recalled = [lots[key] for key in sorted(lots) if key.endswith(f"_{RECALLED}_2") and "_WH_" not in key]
        title = "지혈 클립: 턱이 완전히 닫히지 않을 수 있음"
        known[RECALL] = client.create_keyed(
            "medical.recall",
            RECALL,
            {
                "title": title,
                "severity": "2",
                "reason": "제조사 안내: 일부 로트에서 클립의 턱이 완전히 닫히지 않을 수 있습니다.",
                "instructions": "해당 로트를 사용하지 말고 따로 보관한 뒤 수량을 알려 주세요.",
                "lot_ids": [(6, 0, recalled)],
            },
            [("title", "=", title)],
        )
    if client.search("medical.recall", [("id", "=", known[RECALL]), ("state", "=", "draft")]):
        client.call("medical.recall", "action_start", [known[RECALL]])
