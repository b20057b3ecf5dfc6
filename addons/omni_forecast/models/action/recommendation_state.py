# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One forecast on its way to recommendations; not a model."""

from dataclasses import dataclass, field

from .forecast_plan_stock import Stock


@dataclass(slots=True)
class State:
    """A series, its supply, its stock, and what is reckoned from them."""

    series_id: int
    product_id: int
    warehouse_id: int
    periods: int
    lead_mean: float
    quantile: float
    service: float
    abc: str
    yearly_demand: float
    yearly_value: float
    dates: list
    means: list
    # supply
    lead_days: float = 0.0
    supply: object = None
    cost: float = 0.0
    price: float = 0.0
    step: float = 1.0
    # rule at the warehouse's stock, and whether rules lie elsewhere in the warehouse
    rule: object = None
    elsewhere: bool = False
    # levels the forecast asks for
    minimum: float = 0.0
    maximum: float = 0.0
    expected: float = 0.0
    safety: float = 0.0
    cycle: float = 0.0
    lead_safety: float = 0.0
    money: float = 0.0
    # stock and what happens
    stock: Stock = field(default_factory=Stock)
    position: float = 0.0
    days_left: int = -1
    missed: float = 0.0

    @property
    def key(self):
        return self.product_id, self.warehouse_id

    def keep(self, gap):
        """(reorder point, level that orders fill up to, level above which it can spare).

        Those of the forecast; a rule that a person locked speaks for itself. Orders fill up
        without the vendor's minimum, which the order itself sees to.

        :param gap: demand of a review period, rounded to the unit
        """
        rule = self.rule
        if rule and rule.active and rule.forecast_locked:
            maximum = max(rule.product_min_qty, rule.product_max_qty)
            return rule.product_min_qty, maximum, maximum
        fill = self.minimum + gap if self.maximum > 0 else 0.0
        return self.minimum, fill, max(fill, self.maximum)

    def urgency(self, lead_days, review_days):
        """How soon something must be done, given how long it takes to arrive."""
        if self.days_left < 0:
            return "0"
        if self.days_left < lead_days:
            return "3"
        return "2" if self.days_left < lead_days + review_days else "1"
