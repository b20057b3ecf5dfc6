# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Order and arrival days between a vendor and a receiver who are not open every day.

Conventions: a lead time is in calendar days, as vendors state it and as receipts measure
it, so the weekly days off are inside it already; days of a closure (holidays, works
holidays) are not, they prolong it. An order placed while the vendor is closed counts from
the vendor's next open day; goods arrive on a day the receiver is open.
"""

from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
FAR = 800  # days; a calendar that is never open does not hang the search


class WorkDays(NamedTuple):
    """`weekdays`: open days of the week, 0 = Monday; `closed`: days of closures."""

    weekdays: frozenset = frozenset(range(7))
    closed: frozenset = frozenset()

    def open(self, day):
        return day.weekday() in self.weekdays and day not in self.closed


ALWAYS = WorkDays()


def next_open(day, calendar):
    """First day >= `day` on which `calendar` is open (`day` itself if it never is)."""
    for offset in range(FAR):
        if calendar.open(day + offset * DAY):
            return day + offset * DAY
    return day


def arrival(order_day: date, lead_days, vendor=ALWAYS, receiver=ALWAYS):
    """Day on which goods ordered on `order_day` come in.

    :param lead_days: calendar days >= 0, rounded up to whole days
    """
    day = next_open(order_day, vendor)
    left = -int(-lead_days // 1)
    for _offset in range(FAR + left):
        if left <= 0:
            break
        day += DAY
        left -= day not in vendor.closed
    return next_open(day, receiver)


def order_by(
    needed: date, lead_days, earliest: date, vendor=ALWAYS, receiver=ALWAYS, inside=0
):
    """Last day to order so that goods arrive by `needed`; `earliest` if it is too late.

    :param inside: days between our decision and the order (days to purchase)
    """
    day = needed - int(lead_days) * DAY - inside * DAY
    while day > earliest:
        if vendor.open(day) and (
            arrival(day + inside * DAY, lead_days, vendor, receiver) <= needed
        ):
            return day
        day -= DAY
    return earliest
