# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One target for both kinds of command."""

import numpy as np
import pytest

from octo_ros.safety.collision.world import CollisionWorld
from octo_ros.safety.motion import Motion
from octo_ros.safety.target import MotionTarget
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand

DT = 0.01


@pytest.fixture
def motion(embodiment, kinematics):
    return Motion(embodiment, kinematics, CollisionWorld.for_embodiment(embodiment, kinematics))


@pytest.fixture
def target(embodiment, motion):
    return MotionTarget(embodiment.limits, DT, motion)


def test_nothing_asked_for_is_reached(target, motion):
    assert target.reached
    assert not target.moving
    assert target.backlog == 0.0
    np.testing.assert_array_equal(target.joint_goal, motion.positions)


def test_it_follows_displacements(target, motion, command):
    start = motion.tcp
    assert target.extend(command(translation=[0.0, 0.005, 0.0], rotation=np.zeros(3))) == set()
    assert (target.kind, target.moving, target.reached) == (Command, True, False)
    for _ in range(30):
        target.step()
    assert target.reached
    np.testing.assert_allclose(motion.tcp.position - start.position, [0, 0.005, 0], atol=5e-5)


def test_it_follows_joint_positions(target, motion, joint_command, embodiment):
    goal = np.array(embodiment.home) + np.array([0.02, 0.0, -0.02, 0.0, 0.01, 0.0])
    assert target.extend(joint_command(positions=goal)) == set()
    assert (target.kind, target.moving, target.reached) == (JointCommand, True, False)
    np.testing.assert_array_equal(target.joint_goal, goal)
    for _ in range(40):
        target.step()
    assert target.reached
    np.testing.assert_allclose(motion.positions, goal, atol=1e-5)


def test_a_goal_outside_the_box_is_reported(target, command):
    high = command(translation=[0.0, 0.0, 1.0])
    assert target.extend(high) == {SafetyCode.PROJECTED_ON_WORKSPACE}


def test_the_kind_may_change_at_rest(target, motion, command, joint_command, embodiment):
    target.extend(command(translation=[0.0, 0.005, 0.0]))
    for _ in range(30):
        target.step()
    goal = motion.positions + 0.01
    target.extend(joint_command(positions=goal))
    for _ in range(40):
        target.step()
    np.testing.assert_allclose(motion.positions, goal, atol=1e-5)
    start = motion.tcp
    target.extend(command(translation=[0.0, -0.005, 0.0], rotation=np.zeros(3)))
    for _ in range(30):
        target.step()
    np.testing.assert_allclose(motion.tcp.position - start.position, [0, -0.005, 0], atol=5e-5)


def test_a_restart_forgets_what_was_asked_for(target, motion, joint_command, embodiment):
    target.extend(joint_command(positions=np.array(embodiment.home) + 0.1))
    for _ in range(3):
        target.step()
    while not motion.at_rest:
        motion.brake()
    target.restart()
    assert target.reached
    before = motion.positions
    target.step()
    np.testing.assert_array_equal(motion.positions, before)


def test_a_motion_that_is_blocked_keeps_the_target_near(target, motion, joint_command, embodiment):
    motion.follow_joints = lambda velocities: frozenset({SafetyCode.LIMITED_BY_COLLISION})
    home, cap = np.array(embodiment.home), 0.1 * embodiment.limits.velocity[0]
    for k in range(1, 11):
        target.extend(joint_command(positions=home + 0.1 * k * np.eye(6)[0]))
        assert [target.step() for _ in range(10)][-1] == {SafetyCode.LIMITED_BY_COLLISION}
    assert target.joint_goal[0] - home[0] <= cap + 0.1
