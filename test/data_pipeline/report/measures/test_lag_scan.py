# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.measures.lag_scan import LagScan, lag_scan


def restless(make, steps, seed=0):
    proprio = make.proprio(steps, seed)
    noise = np.random.default_rng(seed).normal(0.0, 0.004, (steps, 6))
    proprio[:, :6] += np.cumsum(noise, axis=0)
    return make.part(proprio)


@pytest.mark.parametrize('lag', [-3, -1, 0, 2])
def test_the_peak_is_where_the_motion_comes(make, lag):
    parts = [restless(make, 30, seed) for seed in range(3)]
    for part in parts:
        part.actions[:] = np.roll(part.actions, -lag, axis=0)
    scan = lag_scan(parts)
    assert scan.peak == lag
    # Rolled ends are wrong, and no action is compared with the motion of another episode.
    assert scan.at(lag) > (0.999 if lag == 0 else 0.8)
    assert scan.pairs == 3 * 29


def test_a_hold_at_the_end_is_left_out(make):
    part = restless(make, 30)
    part.actions[-1, :6] = 0.3
    assert lag_scan([part]).at(0) == pytest.approx(1.0, abs=1e-3)


def test_axes_that_only_tremble_do_not_count(make):
    proprio = restless(make, 40).proprio
    proprio[:, 1] = 1e-5 * np.random.default_rng(0).normal(size=40)
    proprio[:, 5] = 0.0
    proprio[:, 3:5] *= 0.0
    assert lag_scan([make.part(proprio)]).axes == (0, 2)


@pytest.mark.parametrize(('steps', 'known'), [(11, False), (12, True)])
def test_eight_pairs_must_remain_at_the_largest_lag(make, steps, known):
    assert (lag_scan([restless(make, steps)]) is not None) is known


def test_nothing_is_said_of_an_arm_that_stands(make):
    assert lag_scan([make.part(np.tile(make.proprio(1), (30, 1)))]) is None
    assert lag_scan([]) is None


def test_parts_with_numbers_that_are_none_are_left_out(make):
    spoilt = restless(make, 30, 1)
    spoilt.actions[4, 1] = np.nan
    assert lag_scan([restless(make, 30), spoilt]).pairs == 29


def test_of_equal_peaks_the_one_at_zero_wins():
    scan = LagScan((-1, 0, 1), (1.0, 1.0, 1.0), (0,), 20)
    assert scan.peak == 0
