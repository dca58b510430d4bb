# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A joint that moves as fast as it may still stops in time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.geometry import Pose
from octo_ros.safety.limits.joint_position import JointPositionLimit
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety_codes import SafetyCode

DT = 0.01
BRAKING = 5.0


def bounds(q):
    limit = JointPositionLimit([-1.0], [2.0], [BRAKING], DT)
    configuration = Configuration(
        np.array([q]), np.zeros(1), Pose.from_xyz_rpy(), np.zeros((6, 1))
    )
    constraint = limit.constraint(configuration)
    assert constraint.matrix is None
    assert constraint.code is SafetyCode.LIMITED_BY_JOINT_POSITION
    return float(constraint.lower[0]), float(constraint.upper[0])


@given(st.floats(-1.0, 2.0))
def test_running_at_the_bound_reaches_the_end_without_passing_it(q):
    v = 0.0
    for _ in range(400):
        fastest = bounds(q)[1]
        assert fastest >= v - BRAKING * DT - 1e-9, 'the brake is too weak for the bound'
        v = fastest
        q += v * DT
        assert q <= 2.0 + 1e-12
    assert q > 2.0 - 1e-3


def test_at_an_end_only_the_way_back_is_open():
    assert bounds(2.0)[1] == 0.0
    assert bounds(2.0)[0] < -1.0
    assert bounds(-1.0)[0] == 0.0


def test_past_an_end_only_the_way_back_is_open():
    assert bounds(2.05)[1] == 0.0
    assert bounds(2.05)[0] < 0.0
    assert bounds(-1.05)[0] == 0.0
