# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint target's path."""

import numpy as np
import pytest

from octo_ros.safety.joint_reference import JointReference

DT = 0.01
START = np.array([0.1, -0.2, 0.3, 0.0, 0.0, 0.0])
STEP = np.array([0.01, -0.02, 0.0, 0.03, 0.0, 0.0])


@pytest.fixture
def reference():
    return JointReference(START)


def advance(reference, ticks):
    return [reference.advance(DT) for _ in range(ticks)]


def test_it_rests_where_it_starts(reference):
    assert not reference.moving
    assert reference.backlog == 0.0
    np.testing.assert_array_equal(advance(reference, 3), np.zeros((3, 6)))
    np.testing.assert_array_equal(reference.setpoint, START)


def test_a_command_is_reached_at_constant_speed_when_its_time_is_over(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    assert reference.moving
    assert reference.backlog == 0.1
    np.testing.assert_allclose(advance(reference, 10), np.tile(STEP / 0.1, (10, 1)))
    np.testing.assert_array_equal(reference.setpoint, START + STEP)
    assert reference.backlog == 0.0
    assert not reference.advance(DT).any()


def test_equal_steps_give_a_constant_speed_whenever_they_come(reference, joint_command):
    made, goal = [], START
    for late in (0, 3, 1, 4, 0):
        goal = goal + STEP
        reference.extend(joint_command(positions=goal))
        made += advance(reference, 10 - late)
    np.testing.assert_allclose(made, np.tile(STEP / 0.1, (len(made), 1)), atol=1e-12)


def test_a_command_for_where_it_is_going_asks_for_no_motion(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    reference.extend(joint_command(positions=START + STEP + 1e-7))
    assert not reference.moving


def test_joints_that_keep_up_have_no_error(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    advance(reference, 4)
    reference.leash(START + 0.4 * STEP, np.full(6, 0.1))
    np.testing.assert_allclose(reference.error, 0.0, atol=1e-12)


def test_joints_that_lag_within_the_leash_have_it_as_error(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    advance(reference, 10)
    reference.leash(START, np.full(6, 0.03))
    np.testing.assert_allclose(reference.error, STEP)
    np.testing.assert_array_equal(reference.goal, START + STEP)


def test_blocked_joints_hold_setpoint_and_goal_back_along_the_direction(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    reference.extend(joint_command(positions=START + 2.0 * STEP))
    advance(reference, 10)
    reference.leash(START, np.full(6, 0.015))
    np.testing.assert_allclose(reference.error, 0.5 * STEP)
    np.testing.assert_allclose(reference.setpoint, START + 0.5 * STEP)
    np.testing.assert_allclose(reference.goal, START + 1.5 * STEP)
    speeds = advance(reference, 10)
    np.testing.assert_allclose(speeds, np.tile(STEP / 0.1, (10, 1)), atol=1e-12)


def test_one_joint_alone_pulls_the_leash(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    advance(reference, 10)
    longest = np.array([1.0, 0.01, 1.0, 1.0, 1.0, 1.0])
    reference.leash(START, longest)
    np.testing.assert_allclose(reference.error, 0.5 * STEP)


def test_a_restart_forgets_everything(reference, joint_command):
    reference.extend(joint_command(positions=START + STEP))
    advance(reference, 4)
    reference.restart(START + 1.0)
    assert not reference.moving
    assert reference.backlog == 0.0
    assert not reference.error.any()
    np.testing.assert_array_equal(reference.goal, START + 1.0)
