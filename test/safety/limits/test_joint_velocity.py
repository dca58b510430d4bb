# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint speeds: the same bounds everywhere, and nobody can change them."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.limits.joint_velocity import JointVelocityLimit
from octo_ros.safety_codes import SafetyCode


def test_it_bounds_every_joint_on_both_sides(arm):
    limit = JointVelocityLimit(arm.limits.velocity)
    for q in (arm.home, arm.lower):
        constraint = limit.constraint(arm.configuration(q))
        np.testing.assert_array_equal(constraint.upper, arm.limits.velocity)
        np.testing.assert_array_equal(constraint.lower, np.negative(arm.limits.velocity))
        assert constraint.matrix is None
        assert constraint.code is SafetyCode.SCALED_FOR_VELOCITY


def test_nobody_can_change_the_bounds(ur5e):
    given = np.array(ur5e.limits.velocity)
    constraint = JointVelocityLimit(given).constraint(ur5e.configuration(ur5e.home))
    given[:] = 100.0
    np.testing.assert_array_equal(constraint.upper, ur5e.limits.velocity)
    with pytest.raises(ValueError, match='read-only'):
        constraint.upper[0] = 100.0
    with pytest.raises(ValueError, match='read-only'):
        constraint.lower[0] = -100.0
