# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""May it come back: one article of a return request against its policy.

Plain values in, a code out; the words for it belong to the caller.
"""

#: Conditions from the strictest on; an article may come back in its policy's
#: condition or a better one.
CONDITIONS = ("sealed", "unused", "used")


def refusal(policy, line):
    """Why a line is refused, or None when it may come back.

    Goods that we sent wrong, damaged or faulty come back whatever their category and
    condition, within a window of their own.

    :param dict policy: returnable (bool), window and fault_window (days from arrival,
        0 = no limit), condition (one of :data:`CONDITIONS`)
    :param dict line: days (since arrival, None = has not arrived), our_fault (bool),
        condition (as the customer says), pictures (int), picture_needed (bool),
        quantity, left (what may still come back)
    :return: None, or one of quantity, not_arrived, not_returnable, window, condition,
        picture
    :raises ValueError: a condition that is none

    >>> refusal({"returnable": True, "window": 14, "fault_window": 90, "condition": "unused"},
    ...         {"days": 15, "our_fault": False, "condition": "sealed", "pictures": 0,
    ...          "picture_needed": False, "quantity": 1, "left": 1})
    'window'
    """
    for name, value in (("policy", policy), ("line", line)):
        if value["condition"] not in CONDITIONS:
            raise ValueError(
                f"condition of the {name} must be one of {CONDITIONS}, "
                f"got {value['condition']!r}"
            )
    if not 0 < line["quantity"] <= line["left"] + 1e-9:
        return "quantity"
    if line["days"] is None:
        return "not_arrived"
    window = policy["fault_window"] if line["our_fault"] else policy["window"]
    if not line["our_fault"] and not policy["returnable"]:
        return "not_returnable"
    if window and line["days"] > window:
        return "window"
    if not line["our_fault"] and CONDITIONS.index(line["condition"]) > CONDITIONS.index(
        policy["condition"]
    ):
        return "condition"
    if line["picture_needed"] and not line["pictures"]:
        return "picture"
    return None
