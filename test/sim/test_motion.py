# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Smooth motion in steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.geometry import Pose, matrix_from_rpy, rotation_vector_from_matrix
from octo_ros.sim.motion import Approach, Pace, SmoothMotion

PERIOD = 0.1
PACE = Pace(0.2, 0.5)
vectors = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)


@settings(max_examples=30)
@given(vectors)
def test_a_resting_goal_is_reached_smoothly_and_without_overshoot(goal):
    approach, here, before = Approach(PACE, PERIOD), np.zeros(3), np.zeros(3)
    for _ in range(200):
        velocity = approach.step(goal - here) / PERIOD
        assert np.linalg.norm(velocity) <= PACE.speed + 1e-9
        assert np.linalg.norm(velocity - before) <= PACE.acceleration * PERIOD + 1e-9
        here, before = here + velocity * PERIOD, velocity
        beyond = np.linalg.norm(here) - np.linalg.norm(goal)
        assert beyond < 1e-3
    np.testing.assert_allclose(here, goal, atol=1e-6)


def test_a_long_way_is_made_at_full_speed():
    approach = Approach(PACE, PERIOD)
    speeds = [np.linalg.norm(approach.step(np.array([5.0, 0, 0]))) / PERIOD for _ in range(6)]
    np.testing.assert_allclose(speeds, [0.05, 0.1, 0.15, 0.2, 0.2, 0.2])


@settings(max_examples=20)
@given(vectors, vectors, vectors)
def test_a_pose_is_reached_by_its_displacements(position, start_rpy, goal_rpy):
    here = Pose(np.zeros(3), matrix_from_rpy(start_rpy))
    goal = Pose(position, matrix_from_rpy(goal_rpy))
    motion = SmoothMotion(PACE, Pace(1.0, 2.0), PERIOD)
    for _ in range(200):
        here = here.displaced(*motion.step(here, goal))
    np.testing.assert_allclose(here.position, goal.position, atol=1e-6)
    turn = rotation_vector_from_matrix(goal.rotation @ here.rotation.T)
    assert np.linalg.norm(turn) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize('steps_late', [0, 1, 2])
def test_it_settles_though_the_arm_is_late(steps_late):
    approach, path = Approach(PACE, PERIOD), [np.zeros(3)] * (steps_late + 1)
    goal = np.array([0.3, 0.0, 0.0])
    for _ in range(150):
        path.append(path[-1] + approach.step(goal - path[-1 - steps_late]))
    np.testing.assert_allclose(path[-10:], [goal] * 10, atol=2e-3)
