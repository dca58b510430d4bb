# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint ends: approached by the law, never passed, always left."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.limits.joint_position import JointPositionLimit
from octo_ros.safety_codes import SafetyCode


@pytest.fixture
def limit(ur5e):
    return JointPositionLimit(ur5e.lower, ur5e.upper, ur5e.approach)


def test_it_bounds_every_joint_by_the_law(ur5e, limit):
    random = np.random.default_rng(0)
    for _ in range(50):
        q = ur5e.anywhere(random)
        constraint = limit.constraint(ur5e.configuration(q))
        np.testing.assert_array_equal(constraint.upper, ur5e.approach.joint_speed(ur5e.upper - q))
        np.testing.assert_array_equal(constraint.lower, -ur5e.approach.joint_speed(q - ur5e.lower))
        assert constraint.code is SafetyCode.LIMITED_BY_JOINT_POSITION
        assert constraint.matrix is None


@pytest.mark.parametrize('beyond', [0.0, 1e-9, 0.05, 1.0])
def test_at_an_end_or_past_it_a_joint_may_only_move_back(ur5e, limit, beyond):
    constraint = limit.constraint(ur5e.configuration(ur5e.upper + beyond))
    np.testing.assert_array_equal(constraint.upper, 0.0)
    assert (constraint.lower < 0.0).all()
    constraint = limit.constraint(ur5e.configuration(ur5e.lower - beyond))
    np.testing.assert_array_equal(constraint.lower, 0.0)
    assert (constraint.upper > 0.0).all()


def test_in_the_middle_it_is_wider_than_the_speeds(arm):
    limit = JointPositionLimit(arm.lower, arm.upper, arm.approach)
    middle = 0.5 * (arm.lower + arm.upper)
    constraint = limit.constraint(arm.configuration(middle))
    assert (constraint.upper > arm.limits.velocity).all()
    assert (constraint.lower < -np.array(arm.limits.velocity)).all()


def test_resting_is_always_allowed(arm):
    limit = JointPositionLimit(arm.lower, arm.upper, arm.approach)
    for q in (arm.lower - 1.0, arm.lower, arm.home, arm.upper, arm.upper + 1.0):
        constraint = limit.constraint(arm.configuration(q))
        assert (constraint.lower <= 0.0).all()
        assert (constraint.upper >= 0.0).all()
