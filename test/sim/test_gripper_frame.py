# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper's own axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.robots.kinematics import Kinematics
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.gripper_frame import GripperFrame

FRAMES = {name: GripperFrame.of(load_robot_model(load_embodiment(name))) for name in robot_names()}


@pytest.mark.parametrize('name', robot_names())
def test_at_home_the_gripper_points_straight_down(name):
    embodiment = load_embodiment(name)
    home = Kinematics.for_embodiment(embodiment).tcp_pose(np.array(embodiment.home))
    frame = FRAMES[name]
    down = frame.pointing_down(frame.yaw(home.rotation))
    np.testing.assert_allclose(home.rotation, down, atol=1e-3)


@pytest.mark.parametrize('name', robot_names())
def test_the_fingers_reach_about_a_centimetre_beyond_the_tcp(name):
    assert 0.005 < FRAMES[name].reach < 0.015


@given(st.sampled_from(robot_names()), st.floats(-3.1, 3.1))
def test_pointing_down_is_a_rotation_with_that_yaw(name, yaw):
    rotation = FRAMES[name].pointing_down(yaw)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    assert FRAMES[name].yaw(rotation) == pytest.approx(yaw)
    approach = rotation @ FRAMES[name].rotation[:, 2]
    np.testing.assert_allclose(approach, [0, 0, -1], atol=1e-12)
