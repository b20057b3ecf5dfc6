# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people and events add to a statistical forecast.

The steps from baseline to final, in this order: event, sales, research, expert, delphi,
override. The first adds what the history could not hold; the four kinds of opinion are
blended with what stands before them by weights from their record; the override replaces
the outcome.

Source of the blend: Bates & Granger, "The Combination of Forecasts", *Operational Research
Quarterly* 20 (1969) – a linear combination with weights that add up to one.
"""

from dataclasses import dataclass

import numpy as np

STEPS = ("event", "sales", "research", "expert", "delphi", "override")
OPINIONS = ("sales", "research", "expert", "delphi")
BASES = ("delta", "target", "percent")


@dataclass(frozen=True)
class Adjusted:
    """Outcome of `adjust`.

    running: (L, 1 + len(STEPS)) quantity after the baseline and after each step
    final: (L,) quantity after the last step
    quantity: (A,) signed quantity that each adjustment asks for
    weight: (A,) weight that it got
    """

    running: np.ndarray
    final: np.ndarray
    quantity: np.ndarray
    weight: np.ndarray


def adjust(baseline, line, kind, basis, value, weight):
    """Apply A adjustments to the forecasts of L periods, all series at once.

    Events ask relative to the baseline; opinions relative to baseline plus events, so
    that two opinions of one period do not compound; an override relative to everything
    before it. The effect is weight × quantity. Where the weights of the opinions that
    name a level ("target", "percent") add up to more than one, they are divided by their
    sum: what is left for the statistical forecast cannot be negative. After each step a
    quantity below zero becomes zero (a negative baseline is left as it is).

    :param baseline: (L,) statistical forecast
    :param line: (A,) int, index of the period that each adjustment changes
    :param kind: (A,) names out of STEPS
    :param basis: (A,) "delta": value is the signed change; "target": value is the wanted
        quantity; "percent": value is the change in percent
    :param value, weight: (A,)
    :returns: Adjusted
    :raises ValueError: a name is unknown, a weight is outside 0 … 1, a value is not finite
    """
    baseline = np.asarray(baseline, dtype=float)
    line = np.asarray(line, dtype=int)
    kind, basis = np.asarray(kind, dtype=object), np.asarray(basis, dtype=object)
    value = np.asarray(value, dtype=float)
    weight = np.array(weight, dtype=float)
    _check(kind, basis, value, weight)
    level = np.isin(kind, OPINIONS) & (basis != "delta")
    shares = np.zeros(len(baseline))
    np.add.at(shares, line[level], weight[level])
    over = np.maximum(shares, 1.0)
    weight[level] /= over[line[level]]

    quantity = np.zeros(len(line))
    running = np.empty((len(baseline), len(STEPS) + 1))
    running[:, 0] = now = baseline
    before = now
    for step, name in enumerate(STEPS, start=1):
        rows = kind == name
        if rows.any():
            at = line[rows]
            # opinions all speak about the same level: the one after the events
            base = (before if name in OPINIONS else now)[at]
            quantity[rows] = _quantity(basis[rows], value[rows], base)
            effect = np.zeros(len(baseline))
            np.add.at(effect, at, weight[rows] * quantity[rows])
            touched = np.zeros(len(baseline), dtype=bool)
            touched[at] = True
            now = np.where(touched, np.maximum(0.0, now + effect), now)
        if name == "event":
            before = now
        running[:, step] = now
    return Adjusted(running, now, quantity, weight)


def _check(kind, basis, value, weight):
    unknown = set(kind.tolist()) - set(STEPS)
    if unknown:
        raise ValueError(f"kind: {sorted(unknown)} is none of {STEPS}.")
    unknown = set(basis.tolist()) - set(BASES)
    if unknown:
        raise ValueError(f"basis: {sorted(unknown)} is none of {BASES}.")
    if not np.isfinite(value).all():
        raise ValueError("value: must be finite.")
    if not ((weight >= 0) & (weight <= 1)).all():
        raise ValueError("weight: must lie between 0 and 1.")


def _quantity(basis, value, base):
    return np.select(
        [basis == "target", basis == "percent"],
        [value - base, value / 100.0 * base],
        value,
    )


def spread(total, base):
    """Share a total among parts in proportion to their base; evenly where that is zero.

    spread(90, [10, 20]) = [30, 60]; spread(10, [0, 0]) = [5, 5]

    :param total: quantity; :param base: (N,) quantities, negative ones count as zero
    :returns: (N,) quantities that add up to `total`
    """
    base = np.maximum(0.0, np.asarray(base, dtype=float))
    if not len(base):
        return base
    whole = base.sum()
    return total * base / whole if whole > 0 else np.full(len(base), total / len(base))
