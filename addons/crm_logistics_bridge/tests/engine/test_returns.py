# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pytest
from crm_logistics_bridge.engine.returns import refusal

POLICY = {"returnable": True, "window": 14, "fault_window": 90, "condition": "unused"}
LINE = {
    "days": 3,
    "our_fault": False,
    "condition": "sealed",
    "pictures": 0,
    "picture_needed": False,
    "quantity": 2,
    "left": 5,
}


@pytest.mark.parametrize(
    ("policy", "line", "expected"),
    [
        ({}, {}, None),
        ({}, {"quantity": 6}, "quantity"),
        ({}, {"quantity": 0}, "quantity"),
        ({}, {"days": None}, "not_arrived"),
        ({"returnable": False}, {}, "not_returnable"),
        ({"returnable": False}, {"our_fault": True}, None),
        ({}, {"days": 14}, None),
        ({}, {"days": 15}, "window"),
        ({"window": 0}, {"days": 999}, None),
        ({}, {"days": 60, "our_fault": True}, None),
        ({}, {"days": 91, "our_fault": True}, "window"),
        ({}, {"condition": "unused"}, None),
        ({}, {"condition": "used"}, "condition"),
        ({"condition": "sealed"}, {"condition": "unused"}, "condition"),
        ({"condition": "sealed"}, {"condition": "used", "our_fault": True}, None),
        ({}, {"picture_needed": True}, "picture"),
        ({}, {"picture_needed": True, "pictures": 1}, None),
    ],
)
def test_policy(policy, line, expected):
    assert refusal({**POLICY, **policy}, {**LINE, **line}) == expected


def test_unknown_condition_is_named():
    with pytest.raises(ValueError, match="condition of the line.*'soso'"):
        refusal(POLICY, {**LINE, "condition": "soso"})
