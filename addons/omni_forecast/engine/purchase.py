# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much to order: minimum, multiples and price breaks of one vendor.

Source: Silver, Pyke & Thomas, *Inventory and Production Management in Supply Chains*,
4th ed. 2017, ch. 4.5 (all-units discounts). The relevant cost of a year with orders of Q
units at price p is

    C(Q, p) = D·p + r·p·Q/2 + A·D/Q

with D the demand of a year, r the cost of holding one unit of money for a year and A the
cost of one order line. A larger order at a lower price pays when it lowers C.
"""

from typing import NamedTuple

from .reorder import round_up


class Offer(NamedTuple):
    """One line of a vendor's price list, in units of the product and one currency.

    `lot`: ordered in multiples of this; `key`: whatever the caller knows it by."""

    min_qty: float
    price: float
    lot: float
    key: int = 0


class Order(NamedTuple):
    """What to order. `gain` is the money that `quantity` saves against `base_quantity`
    at `base_price` until it is used up; 0 when the base is taken."""

    quantity: float
    price: float
    key: int
    base_quantity: float
    base_price: float
    gain: float


def yearly_cost(quantity, price, demand, holding_rate, order_cost=0.0):
    """C(Q, p), see above."""
    return (
        demand * price
        + holding_rate * price * quantity / 2
        + order_cost * demand / quantity
    )


def order_quantity(
    need,
    offers,
    *,
    demand,
    holding_rate=0.2,
    order_cost=0.0,
    cover_days=365,
):
    """Smallest orderable quantity that covers `need`, or more where a price break pays.

    A break is left alone when the quantity would last longer than `cover_days`.

    :param need: units > 0
    :param offers: Offers of one vendor, at least one; a quantity gets the lowest price
        among the offers whose minimum it reaches
    :param demand: units a year; without demand no break pays
    :returns: Order
    :raises ValueError: need is not positive, no offer, or a negative price or minimum
    """
    if not need > 0 or not offers:
        raise ValueError("need must be positive and there must be an offer.")
    if any(one.price < 0 or one.min_qty < 0 or one.lot <= 0 for one in offers):
        raise ValueError(
            "Prices and minimums must not be negative, lots must be positive."
        )

    def size(offer):
        return float(round_up(max(need, offer.min_qty), offer.lot))

    first = min(offers, key=lambda one: (size(one), one.price))
    base = size(first)
    at_base = min(
        (one for one in offers if one.min_qty <= base + 1e-9 and one.lot == first.lot),
        key=lambda one: one.price,
    )
    best = Order(base, at_base.price, at_base.key, base, at_base.price, 0.0)
    if demand <= 0:
        return best
    cost = yearly_cost(base, at_base.price, demand, holding_rate, order_cost)
    for offer in offers:
        quantity = size(offer)
        if offer.price >= at_base.price or quantity / demand * 365 > cover_days:
            continue
        other = yearly_cost(quantity, offer.price, demand, holding_rate, order_cost)
        gain = (cost - other) * quantity / demand
        if gain > best.gain + 1e-9:
            best = Order(
                quantity, offer.price, offer.key, base, at_base.price, float(gain)
            )
    return best
