# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""First-expired-first-out walk over lots, for all lines at once.

Demand takes the lot that expires first. Up to the k-th expiry date of a line, the first k lots
can serve no more than they hold and no more than is demanded until then, so what they serve is
U_k = min(U_{k-1} + q_k, D_k). With Q_k = q_1 + … + q_k this is U_k = Q_k + min(0, min_{j≤k}(D_j - Q_j)):
a running minimum, no loop. What a lot adds to the gap expires unused. The idea of subtracting
projected expiry from supply is Oracle's replenishment planning; the closed form
is the maximum flow of a nested supply.
"""

import numpy as np
import pandas as pd


def fefo_waste(line, quantity, demand_until_expiry):
    """Quantity of each lot that expires before it is used.

    :param line: int array, lots sorted by line, then expiry
    :param quantity: array ≥ 0
    :param demand_until_expiry: array, expected demand from today through the expiry date,
        not falling within a line; inf for lots that do not expire
    :return: array between 0 and `quantity`
    """
    if not len(line):
        return np.zeros(0)
    held = pd.Series(quantity).groupby(line, sort=False).cumsum().to_numpy()
    gap = np.minimum(demand_until_expiry - held, 0)
    lowest = pd.Series(gap).groupby(line, sort=False).cummin().to_numpy()
    before = np.r_[0, lowest[:-1]]
    before[np.r_[True, line[1:] != line[:-1]]] = 0
    return np.clip(before - lowest, 0, quantity)
