# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint reference under all limits at once."""

import numpy as np
import pytest

from octo_ros.safety.motion import Motion
from octo_ros.safety_codes import SafetyCode

DT = 0.01
ALONG_Y = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])


@pytest.fixture
def motion(embodiment, kinematics):
    return Motion(embodiment.limits, DT, kinematics, np.array(embodiment.home))


def follow(motion, twist, ticks):
    codes = set()
    for _ in range(ticks):
        solution = motion.follow(twist)
        motion.move_to(motion.ahead(solution.velocities), solution.velocities)
        codes |= solution.codes
    return codes


def stop(motion):
    velocities = [motion.velocities]
    while not motion.at_rest:
        solution = motion.brake()
        motion.move_to(motion.ahead(solution.velocities), solution.velocities)
        velocities.append(solution.velocities)
        assert len(velocities) < 100
    return np.array(velocities)


def test_it_starts_at_rest_where_the_arm_is(motion, embodiment, kinematics):
    assert motion.at_rest
    np.testing.assert_array_equal(motion.positions, embodiment.home)
    expected = kinematics.tcp_pose(np.array(embodiment.home))
    np.testing.assert_array_equal(motion.tcp.position, expected.position)


def test_it_follows_a_twist_and_nothing_acts_but_the_first_acceleration(motion):
    assert follow(motion, ALONG_Y, 20) == {SafetyCode.LIMITED_BY_ACCELERATION}
    before = motion.tcp
    assert follow(motion, ALONG_Y, 1) == set()
    moved, turned = before.displacement_to(motion.tcp)
    np.testing.assert_allclose(moved, ALONG_Y[:3] * DT, atol=2e-5)
    np.testing.assert_allclose(turned, 0.0, atol=2e-5)


def test_asking_for_nothing_moves_nothing(motion, embodiment):
    follow(motion, np.zeros(6), 5)
    np.testing.assert_array_equal(motion.positions, embodiment.home)


def test_the_stop_is_straight_in_joint_space_and_as_short_as_the_brakes_allow(motion, embodiment):
    follow(motion, ALONG_Y, 30)
    velocities = stop(motion)
    first = velocities[0]
    np.testing.assert_allclose(
        np.cross(velocities[:, :3], first[:3]), 0.0, atol=2e-3 * np.abs(first).max() ** 2
    )
    needed = (np.abs(first) / embodiment.limits.braking).max()
    assert (len(velocities) - 1) * DT <= needed + 2 * DT


def test_it_stops_in_front_of_a_wall_and_slides_along_it(motion, embodiment):
    wall = embodiment.limits.workspace_max[1]
    codes = follow(motion, np.array([0.05, 0.2, 0.0, 0.0, 0.0, 0.0]), 320)
    assert SafetyCode.PROJECTED_ON_WORKSPACE in codes
    assert motion.tcp.position[1] == pytest.approx(wall, abs=1e-4)
    before = motion.tcp.position[0]
    follow(motion, np.array([0.05, 0.2, 0.0, 0.0, 0.0, 0.0]), 20)
    assert motion.tcp.position[0] - before == pytest.approx(0.01, rel=0.02)


def test_near_a_singularity_the_reason_is_told(motion):
    codes = follow(motion, np.array([0.2, 0.0, 0.15, 0.0, 0.0, 0.0]), 400)
    assert SafetyCode.LIMITED_BY_SINGULARITY in codes
    assert np.abs(motion.velocities).max() < 0.2


def test_a_twist_that_is_not_finite_has_no_solution_but_a_blind_stop(motion):
    follow(motion, ALONG_Y, 30)
    assert motion.follow(np.full(6, np.nan)) is None
    after = motion.brake_blindly()
    assert np.abs(after).max() < np.abs(motion.velocities).max()
    np.testing.assert_allclose(np.cross(after[:3], motion.velocities[:3]), 0.0, atol=1e-12)
