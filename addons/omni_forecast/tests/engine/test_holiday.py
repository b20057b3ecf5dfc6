# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Effects of public holidays, learned from generated demand with a known truth."""

from importlib import import_module

import numpy as np
import pytest


@pytest.fixture(scope="module")
def holiday(engine):
    return import_module(f"{engine.__name__}.holiday")


def test_effect_of_a_week_with_a_holiday(holiday):
    share = np.zeros((104, 1))
    share[[6, 20, 33, 47, 58, 72, 85, 99], 0] = 0.2
    value = np.full((20, 104), 100.0)
    value[:, share[:, 0] > 0] = 90.0
    effects = holiday.learn_effects(value, share, "W")
    assert effects == pytest.approx([-0.5])
    assert holiday.factors(share, effects)[6] == pytest.approx(0.9)


def test_closed_days_of_a_shop_with_a_weekly_season(holiday):
    random = np.random.default_rng(5)
    week = np.array([10, 11, 12, 14, 20, 30, 3], float)
    truth = np.tile(week, 60)[None] * np.linspace(1, 3, 40)[:, None]
    share = np.zeros((420, 2))
    share[[40, 150, 260, 400], 0] = 1.0  # closed
    share[[60, 200, 330], 1] = 1.0  # twice the usual
    value = random.poisson(truth * (1 - share[:, 0]) * (1 + share[:, 1])).astype(float)
    effects = holiday.learn_effects(value, share, "D")
    assert effects[0] < -0.9
    assert 0.7 < effects[1] < 1.3


def test_nothing_is_learned_from_noise(holiday):
    random = np.random.default_rng(6)
    share = np.zeros((104, 3))
    for k in range(3):
        share[random.choice(104, 2, replace=False), k] = 0.2
    hits = 0
    for _trial in range(20):
        value = random.poisson(8, (3, 104)).astype(float)
        hits += (holiday.learn_effects(value, share, "W") != 0).any()
    assert hits <= 4
    assert holiday.learn_effects(np.empty((0, 0)), np.zeros((0, 2)), "W").tolist() == [
        0,
        0,
    ]
