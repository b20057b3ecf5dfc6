# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which warehouse sends how much to which: the transportation problem of one product.

Source: successive shortest paths (Jewell 1958; Ahuja, Magnanti & Orlin, *Network Flows*,
1993, ch. 9.7). Every path is the cheapest in the residual network, so the flow is of least
cost for its size at each step; it ends when no shortage can be reached any more, i.e. with
the largest flow. Integer quantities stay integer.
"""

from math import asin, cos, inf, radians, sin, sqrt
from typing import NamedTuple

TINY = 1e-9


class Transfer(NamedTuple):
    """`quantity` from place `source` to place `target` (indices)."""

    source: int
    target: int
    quantity: float


def _shortest(left, wanted, cost, flow):
    """Cheapest augmenting path: (target, {node: node before}) or None.

    Nodes are ("s", i) and ("t", j); Bellman–Ford, as residual costs may be negative.
    """
    distance = {("s", i): 0.0 for i, rest in enumerate(left) if rest > TINY}
    before = {}
    changed = True
    while changed:
        changed = False
        for i, row in enumerate(cost):
            for j, unit in enumerate(row):
                if unit == inf:
                    continue
                source, target = ("s", i), ("t", j)
                there = distance.get(source, inf) + unit
                if there < distance.get(target, inf) - TINY:
                    distance[target], before[target], changed = there, source, True
                back = distance.get(target, inf) - unit
                if flow[i][j] > TINY and back < distance.get(source, inf) - TINY:
                    distance[source], before[source], changed = back, target, True
    ends = [
        (distance[("t", j)], j)
        for j, rest in enumerate(wanted)
        if rest > TINY and ("t", j) in distance
    ]
    return (("t", min(ends)[1]), before) if ends else None


def allocate(surplus, shortage, cost):
    """As much of the shortages as the surpluses can fill, at the least cost.

    :param surplus: S quantities >= 0 that places can spare
    :param shortage: T quantities >= 0 that places lack
    :param cost: S rows of T costs per unit >= 0; None or infinity: no such way
    :returns: list of Transfer, cheapest lane first within a source
    :raises ValueError: a quantity or cost is negative, or the table has a wrong shape
    """
    left, wanted = [float(x) for x in surplus], [float(x) for x in shortage]
    cost = [[inf if unit is None else float(unit) for unit in row] for row in cost]
    if len(cost) != len(left) or any(len(row) != len(wanted) for row in cost):
        raise ValueError("cost must have one row per surplus and a value per shortage.")
    if min([0.0, *left, *wanted]) < 0 or any(unit < 0 for row in cost for unit in row):
        raise ValueError("surplus, shortage and cost must not be negative.")
    flow = [[0.0] * len(wanted) for _row in left]
    while found := _shortest(left, wanted, cost, flow):
        node, before = found
        path = [node]
        while path[-1] in before:
            path.append(before[path[-1]])
        path.reverse()
        amount = min(left[path[0][1]], wanted[node[1]])
        steps = list(zip(path, path[1:], strict=False))
        for (side, a), (_other, b) in steps:
            if side == "t":
                amount = min(amount, flow[b][a])
        for (side, a), (_other, b) in steps:
            if side == "s":
                flow[a][b] += amount
            else:
                flow[b][a] -= amount
        left[path[0][1]] -= amount
        wanted[node[1]] -= amount
    return [
        Transfer(i, j, round(flow[i][j], 9))
        for i in range(len(left))
        for j in sorted(range(len(wanted)), key=lambda j, i=i: cost[i][j])
        if flow[i][j] > TINY
    ]


def distance_km(first, second):
    """Great-circle distance of two (latitude, longitude) in degrees, by the haversine
    formula on a sphere of 6371 km."""
    lat1, lon1, lat2, lon2 = map(radians, (*first, *second))
    half = sin((lat2 - lat1) / 2) ** 2
    half += cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))
