# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Random starts are legal, many, and the same for the same seed."""

from __future__ import annotations

import numpy as np

from octo_ros.safety.fuzz.starts import Starts


def test_starts_are_legal_and_various(any_robot):
    embodiment, _, judge = any_robot
    starts = Starts(embodiment, judge, np.random.default_rng(1))
    stock = np.array(starts.stock)
    assert len(stock) > 40
    np.testing.assert_array_equal(stock[0], embodiment.home)
    np.testing.assert_array_equal(judge.legal(stock[1:], 1e-3), stock[1:])
    assert np.ptp(stock, axis=0).min() > 0.3
    drawn = [tuple(starts.draw()) for _ in range(300)]
    assert len(set(drawn)) > 30
    home = tuple(embodiment.home)
    assert 20 < sum(start == home for start in drawn) < 100


def test_the_same_seed_gives_the_same_stock(judge, franka):
    first, second = (Starts(franka, judge, np.random.default_rng(5)).stock for _ in range(2))
    np.testing.assert_array_equal(first, second)
