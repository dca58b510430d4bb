# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Each call is one step that is made."""

import numpy as np
import pytest

from octo_ros.safety.committed_motion import CommittedMotion
from octo_ros.safety_codes import SafetyCode


@pytest.fixture
def motion(embodiment, kinematics):
    return CommittedMotion(embodiment.limits, 0.01, kinematics, np.array(embodiment.home))


def test_it_follows_and_brakes_to_rest(motion):
    before = motion.positions
    for _ in range(10):
        motion.follow(np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0]))
    assert not motion.at_rest
    while not motion.at_rest:
        last = motion.velocities
        motion.brake()
        assert np.abs(motion.velocities).max() < np.abs(last).max()
    assert np.abs(motion.positions - before).max() > 1e-3


def test_joints_follow_joint_velocities(motion):
    wanted = np.array([0.0, 0.0, 0.0, 0.02, 0.0, -0.02])
    assert motion.follow_joints(wanted) == frozenset()
    np.testing.assert_allclose(motion.velocities, wanted, atol=1e-4)


def test_what_cannot_be_solved_brakes(motion):
    motion.follow(np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0]))
    speed = np.abs(motion.velocities).max()
    assert motion.follow(np.full(6, np.nan)) == {SafetyCode.STOP_SOLVER}
    assert np.abs(motion.velocities).max() < speed


def test_what_fails_the_last_check_is_not_made(motion):
    before = motion.positions
    motion._output.problem = lambda *values: 'Too fast.'
    codes = motion.follow(np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0]))
    assert SafetyCode.STOP_OUTPUT in codes
    assert motion.at_rest
    np.testing.assert_array_equal(motion.positions, before)
