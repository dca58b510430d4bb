# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bounds around the last velocity."""

import numpy as np

from octo_ros.geometry import Pose
from octo_ros.safety.limits.joint_acceleration import JointAccelerationLimit
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety_codes import SafetyCode


def test_joints_slow_down_faster_than_they_speed_up():
    limit = JointAccelerationLimit([2.0, 2.0, 2.0], [5.0, 5.0, 5.0], 0.01)
    v = np.array([0.3, -0.3, 0.0])
    configuration = Configuration(np.zeros(3), v, Pose.from_xyz_rpy(), np.zeros((6, 3)))
    constraint = limit.constraint(configuration)
    assert constraint.matrix is None
    assert constraint.code is SafetyCode.LIMITED_BY_ACCELERATION
    np.testing.assert_allclose(constraint.lower, [0.25, -0.32, -0.02])
    np.testing.assert_allclose(constraint.upper, [0.32, -0.25, 0.02])
