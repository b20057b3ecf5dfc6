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

    def keep(self, matters):
        """(minimum, maximum) that stock is held to: the rule's own where a person locked it
        or where the forecast asks for nothing much different, else the forecast's."""
        rule = self.rule
        if rule and (rule.forecast_locked or (rule.active and not matters)):
            return rule.product_min_qty, max(rule.product_min_qty, rule.product_max_qty)
        return self.minimum, self.maximum
