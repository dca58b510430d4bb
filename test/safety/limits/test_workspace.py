# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The box: walls are approached by the law, from inside and outside."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.workspace import WorkspaceLimit
from octo_ros.safety_codes import SafetyCode


def limit_of(arm, lower=None, upper=None):
    limits = arm.limits
    return WorkspaceLimit(
        limits.workspace_min if lower is None else lower,
        limits.workspace_max if upper is None else upper,
        arm.approach,
    )


def test_rows_are_the_velocity_of_the_tcp(arm):
    """The numerical derivative of the TCP's position along random joint motions."""
    random = np.random.default_rng(0)
    for _ in range(10):
        q, v = arm.anywhere(random), random.normal(size=len(arm.home))
        constraint = limit_of(arm).constraint(arm.configuration(q))
        ahead, behind = (arm.kinematics.tcp_pose(q + h * v).position for h in (1e-6, -1e-6))
        np.testing.assert_allclose(constraint.matrix @ v, (ahead - behind) / 2e-6, atol=1e-7)


def test_each_wall_is_approached_by_the_law(arm):
    position = arm.kinematics.tcp_pose(arm.home).position
    constraint = limit_of(arm).constraint(arm.configuration(arm.home))
    above = np.array(arm.limits.workspace_max) - position
    below = position - np.array(arm.limits.workspace_min)
    np.testing.assert_array_equal(constraint.upper, arm.approach.linear_speed(above - RESERVE))
    np.testing.assert_array_equal(constraint.lower, -arm.approach.linear_speed(below - RESERVE))
    assert constraint.code is SafetyCode.PROJECTED_ON_WORKSPACE


@pytest.mark.parametrize('axis', range(3))
@pytest.mark.parametrize('beyond', [0.0, 1e-6, 0.2])
def test_at_a_wall_or_outside_only_the_way_back_is_open(ur5e, axis, beyond):
    position = ur5e.kinematics.tcp_pose(ur5e.home).position
    lower, upper = position - 1.0, position + 1.0
    upper[axis] = position[axis] - beyond
    constraint = limit_of(ur5e, lower, upper).constraint(ur5e.configuration(ur5e.home))
    assert constraint.upper[axis] == 0.0
    assert constraint.lower[axis] < 0.0
    lower, upper = position - 1.0, position + 1.0
    lower[axis] = position[axis] + beyond
    constraint = limit_of(ur5e, lower, upper).constraint(ur5e.configuration(ur5e.home))
    assert constraint.lower[axis] == 0.0
    assert constraint.upper[axis] > 0.0
    others = [i for i in range(3) if i != axis]
    assert (constraint.upper[others] > 0.0).all()
    assert (constraint.lower[others] < 0.0).all()


def test_a_corner_with_another_shape_is_refused(ur5e):
    with pytest.raises(ValueError, match='shape'):
        limit_of(ur5e, lower=[0.0, 0.0])
