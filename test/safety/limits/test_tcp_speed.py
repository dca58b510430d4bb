# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tangents to the ball of allowed TCP velocities."""

import numpy as np
import pytest

from octo_ros.geometry import Pose
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.limits.tcp_speed import TcpSpeedLimit
from octo_ros.safety_codes import SafetyCode

LIMIT = TcpSpeedLimit(0.25, 1.0)
# Joints that move the TCP along x, y, z and turn it about x, y, z, one each.
GANTRY = np.eye(6)


def moving(velocities):
    v = np.array(velocities)
    return Configuration(np.zeros(6), v, Pose.from_xyz_rpy(), GANTRY)


def test_the_rows_point_along_the_motion():
    constraint = LIMIT.constraint(moving([0.03, 0.04, 0.0, 0.0, 0.0, -2.0]))
    assert constraint.code is SafetyCode.SCALED_FOR_VELOCITY
    np.testing.assert_allclose(
        constraint.matrix, [[0.6, 0.8, 0, 0, 0, 0], [0, 0, 0, 0, 0, -1.0]], atol=1e-12
    )
    np.testing.assert_array_equal(constraint.upper, [0.25, 1.0])
    assert (constraint.lower == -np.inf).all()


def test_at_rest_nothing_is_limited():
    assert not LIMIT.constraint(moving(np.zeros(6))).matrix.any()


@pytest.mark.parametrize(
    ('velocities', 'fast'),
    [
        ([0.15, 0.2, 0.0, 0.0, 0.0, 0.0], False),
        ([0.0, 0.0, 0.0, 0.6, 0.8, 0.0], False),
        ([0.16, 0.2, 0.0, 0.0, 0.0, 0.0], True),
        ([0.0, 0.0, 0.0, 0.6, 0.0, -0.9], True),
    ],
)
def test_only_what_is_too_fast_is_cut_off(velocities, fast):
    cut = LIMIT.excess(moving(np.zeros(6)), np.array(velocities))
    assert (cut is not None) == fast
    if cut is not None:
        assert (cut.matrix @ velocities > cut.upper).any()
