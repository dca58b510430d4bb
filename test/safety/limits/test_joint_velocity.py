# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The plainest limit."""

import numpy as np

from octo_ros.geometry import Pose
from octo_ros.safety.limits.joint_velocity import JointVelocityLimit
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety_codes import SafetyCode


def test_the_speed_is_bounded_both_ways():
    configuration = Configuration(np.zeros(2), np.zeros(2), Pose.from_xyz_rpy(), np.zeros((6, 2)))
    constraint = JointVelocityLimit([1.0, 0.5]).constraint(configuration)
    assert constraint.matrix is None
    assert constraint.code is SafetyCode.SCALED_FOR_VELOCITY
    np.testing.assert_array_equal(constraint.lower, [-1.0, -0.5])
    np.testing.assert_array_equal(constraint.upper, [1.0, 0.5])
