# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from octo_ros.geometry import Pose, matrix_from_rpy
from octo_ros.observation.interpolate import interpolate_joints, interpolate_pose
from octo_ros.observation.track import Bracket
from octo_ros.types import JointState, Sample


def test_joints_are_linear_in_time():
    a = Sample(0, 0, JointState(0, [0.0, 1.0], [0.0, 0.0], 0.0))
    b = Sample(100, 100, JointState(100, [1.0, 3.0], [4.0, 8.0], 1.0))
    state = interpolate_joints(Bracket(a, b, 0.25), 25)
    np.testing.assert_allclose(state.positions, [0.25, 1.5])
    np.testing.assert_allclose(state.velocities, [1.0, 2.0])
    assert (state.stamp_ns, state.gripper) == (25, 0.25)


def test_rotations_take_the_short_way_over_pi():
    a = Pose.from_xyz_rpy([0, 0, 0], [3.1, 0, 0])
    b = Pose.from_xyz_rpy([2, 0, 0], [-3.1, 0, 0])
    middle = interpolate_pose(Bracket(Sample(0, 0, a), Sample(10, 10, b), 0.5))
    np.testing.assert_allclose(middle.position, [1, 0, 0])
    np.testing.assert_allclose(middle.rotation, matrix_from_rpy([np.pi, 0, 0]), atol=1e-9)
