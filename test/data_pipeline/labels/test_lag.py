# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.labels.displacements import achieved
from octo_ros.data.labels.lag import lag_scan, pooled_lag_scan


def path(count, seed=0):
    steps = np.random.default_rng(seed).normal(scale=0.01, size=(count, 7))
    return np.cumsum(steps, axis=0)


@pytest.mark.parametrize('lag', [-3, -1, 0, 1, 2, 3])
def test_the_peak_is_where_the_motion_follows(lag):
    proprio = path(60)
    actions = np.roll(achieved(proprio), -lag, axis=0)
    found = lag_scan(actions, proprio)
    assert found.peak == lag
    assert found.lags == (-3, -2, -1, 0, 1, 2, 3)
    assert found.correlations[found.lags.index(lag)] == pytest.approx(1, abs=1e-6)


def test_episodes_are_pooled_without_mixing_their_ends():
    episodes = [(achieved(path(5, seed)), path(5, seed)) for seed in range(6)]
    assert lag_scan(*episodes[0]).peak is None
    found = pooled_lag_scan(episodes)
    assert found.peak == 0
    assert found.correlations[3] == pytest.approx(1)
    assert found.correlations[0] is None  # 6 pairs are too few


def test_numbers_that_do_not_move_are_left_out():
    proprio = path(40)
    proprio[:, 1:] = 0
    found = lag_scan(achieved(proprio), proprio)
    assert found.correlations[3] == pytest.approx(1)
    assert lag_scan(np.zeros((40, 7)), proprio).peak is None
    assert lag_scan(np.zeros((1, 7)), proprio[:1]).peak is None
