# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The path that the commands make."""

import numpy as np
import pytest

from octo_ros.geometry import Pose
from octo_ros.safety.reference import CartesianReference, difference

DT = 0.01
START = Pose.from_xyz_rpy([0.4, 0.0, 0.3], [3.0, 0.1, -0.5])
STEP = np.array([0.01, -0.005, 0.002])
TURN = np.array([0.02, 0.0, -0.05])


@pytest.fixture
def reference():
    return CartesianReference([0.2, -0.45, 0.03], [0.75, 0.45, 0.7], START)


@pytest.fixture
def delta(command):
    def make(translation=STEP, rotation=TURN, duration=0.1):
        return command(translation=translation, rotation=rotation, duration=duration)

    return make


def same(pose, other):
    np.testing.assert_allclose(difference(pose, other), 0.0, atol=1e-9)


def test_without_commands_it_rests(reference):
    assert not reference.advance(DT).any()
    same(reference.setpoint, START)


def test_one_command_moves_at_constant_speed_to_its_end(reference, delta):
    reference.extend(delta())
    twists = [reference.advance(DT) for _ in range(10)]
    np.testing.assert_allclose(twists, np.tile(twists[0], (10, 1)), atol=1e-9)
    np.testing.assert_allclose(twists[0][:3], STEP / 0.1)
    same(reference.setpoint, START.displaced(STEP, TURN))
    assert reference.backlog == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(reference.advance(DT), 0.0, atol=1e-9)


@pytest.mark.parametrize('arrivals', [(0, 10, 20, 30), (0, 7, 20, 28), (0, 10, 12, 30)])
def test_a_stream_of_equal_commands_gives_a_constant_velocity(reference, delta, arrivals):
    """However early they come: nothing between two commands slows down or hurries."""
    turn = np.array([0.0, 0.0, 0.03])
    twists = []
    for tick in range(40):
        if tick in arrivals:
            reference.extend(delta(rotation=turn))
        twists.append(reference.advance(DT))
    np.testing.assert_allclose(twists, np.tile(twists[0], (40, 1)), atol=1e-9)


def test_commands_add_up_on_the_goal_not_on_the_arm(reference, delta):
    goal = START
    for _ in range(5):
        reference.extend(delta())
        goal = goal.displaced(STEP, TURN)
        for _ in range(3):
            reference.advance(DT)
        reference.leash(START, 1.0, 1.0)
    same(reference.goal, goal)


def test_a_goal_beyond_a_wall_is_put_on_it(reference, delta):
    assert not reference.extend(delta([0.0, 0.0, -0.02]))
    for _ in range(20):
        projected = reference.extend(delta([0.01, 0.0, -0.02]))
    assert projected
    np.testing.assert_allclose(reference.goal.position, [0.6, 0.0, 0.03])
    assert not reference.extend(delta([0.0, 0.0, 0.01]))
    np.testing.assert_allclose(reference.goal.position, [0.6, 0.0, 0.04])


def test_a_start_outside_the_box_may_stay_and_return_but_not_leave(delta):
    outside = Pose.from_xyz_rpy([0.4, 0.0, 0.8])
    reference = CartesianReference([0.2, -0.45, 0.03], [0.75, 0.45, 0.7], outside)
    assert not reference.extend(delta(np.zeros(3), np.zeros(3)))
    same(reference.goal, outside)
    assert reference.extend(delta([0.0, 0.0, 0.02]))
    np.testing.assert_allclose(reference.goal.position, outside.position)
    assert not reference.extend(delta([0.0, 0.0, -0.02]))
    np.testing.assert_allclose(reference.goal.position, [0.4, 0.0, 0.78])


def test_the_leash_lets_a_near_setpoint_alone(reference, delta):
    reference.extend(delta())
    reference.advance(DT)
    before = reference.setpoint
    reference.leash(START, 0.025, 0.1)
    assert reference.setpoint is before
    np.testing.assert_allclose(reference.error, difference(START, before))


def test_the_leash_pulls_setpoint_and_goal_back_by_the_same(reference, delta):
    for _ in range(8):
        reference.extend(delta())
    for _ in range(60):
        reference.advance(DT)
    ahead = difference(reference.setpoint, reference.goal)
    reference.leash(START, 0.025, 0.1)
    error = difference(START, reference.setpoint)
    np.testing.assert_allclose(error, reference.error, atol=1e-9)
    assert np.linalg.norm(error[:3]) == pytest.approx(0.025)
    assert np.linalg.norm(error[3:]) == pytest.approx(0.1)
    np.testing.assert_allclose(
        difference(reference.setpoint, reference.goal), ahead, atol=1e-2 * np.abs(ahead).max()
    )


def test_a_restart_forgets_everything(reference, delta):
    reference.extend(delta())
    reference.advance(DT)
    there = Pose.from_xyz_rpy([0.5, 0.1, 0.2])
    reference.restart(there)
    same(reference.goal, there)
    assert reference.backlog == 0.0
    assert not reference.error.any()
    assert not reference.advance(DT).any()
