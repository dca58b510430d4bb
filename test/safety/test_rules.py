# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All limits together: which of them speak, and when."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.limits import Plane, TiltCone
from octo_ros.safety.rules import MotionRules
from octo_ros.safety_codes import SafetyCode

ALWAYS = [
    SafetyCode.SCALED_FOR_VELOCITY,
    SafetyCode.LIMITED_BY_JOINT_POSITION,
    SafetyCode.PROJECTED_ON_WORKSPACE,
    SafetyCode.SCALED_FOR_VELOCITY,
]


def rules(arm):
    return MotionRules(arm.embodiment, arm.kinematics, arm.world())


def codes(arm, **values):
    configuration = arm.configuration(arm.home, **values)
    return [c.code for c in rules(arm).constraints(configuration)]


def test_away_from_everything_four_limits_speak(arm):
    found = codes(arm)
    assert found == ALWAYS


def test_planes_and_cone_speak_where_the_contract_has_them(franka):
    plane = Plane(normal=(0.0, 0.0, 1.0), offset=0.0)
    cone = TiltCone(axis=(0.0, 0.0, -1.0), half_angle=0.5)
    found = codes(franka.with_limits(planes=(plane,), tilt_cone=cone))
    assert found.count(SafetyCode.PROJECTED_ON_WORKSPACE) == 2
    assert found.count(SafetyCode.LIMITED_BY_TILT) == 1
    assert codes(franka.with_limits(planes=(plane,))).count(SafetyCode.LIMITED_BY_TILT) == 0


def test_near_bodies_speak_when_they_are_near(ur5e):
    near = ur5e.with_collision(slow_distance=0.3)
    made = rules(near)
    room, contacts = made.contacts(near.home, np.full(6, 3.0))
    assert room == pytest.approx(near.world().room(near.home))
    assert contacts
    assert SafetyCode.LIMITED_BY_COLLISION in codes(near, contacts=contacts)
    assert SafetyCode.LIMITED_BY_COLLISION not in codes(near)


def test_what_may_be_near_after_one_period_counts(ur5e):
    """A resting arm gains speed in the coming tick."""
    made = rules(ur5e)
    q = ur5e.home
    resting = made.contacts(q, np.zeros(6))[1]
    moving = made.contacts(q, np.full(6, 1.0))[1]
    assert {(c.first, c.second) for c in resting} <= {(c.first, c.second) for c in moving}
    assert len(moving) > len(resting)


def test_singularities_speak_and_damp_when_they_are_near(ur5e):
    made, q = rules(ur5e), ur5e.home
    q[4] = 1e-3
    singular = ur5e.configuration(q)
    objective, said = made.objective(singular, np.ones(6))
    assert said == {SafetyCode.LIMITED_BY_SINGULARITY}
    assert objective.damping > 0.0
    assert [c.code for c in made.singularities(singular)] == [SafetyCode.LIMITED_BY_SINGULARITY]
    assert SafetyCode.LIMITED_BY_SINGULARITY not in [c.code for c in made.constraints(singular)]
    regular = ur5e.configuration(ur5e.home)
    objective, said = made.objective(regular, np.ones(6))
    assert said == frozenset()
    assert objective.damping == 0.0
    assert made.singularities(regular) == []


def test_the_objective_weighs_rotations_by_their_length(ur5e):
    configuration = ur5e.configuration(ur5e.home)
    objective, _ = rules(ur5e).objective(configuration, np.ones(6))
    length = ur5e.limits.singularity.length
    np.testing.assert_allclose(objective.target, [1, 1, 1, length, length, length])
    np.testing.assert_allclose(objective.matrix[:3], configuration.jacobian[:3])
    np.testing.assert_allclose(objective.matrix[3:], length * configuration.jacobian[3:])


def test_bounds_come_before_rows_and_all_allow_to_rest(arm):
    random, made = np.random.default_rng(0), rules(arm)
    for _ in range(20):
        q = arm.anywhere(random)
        contacts = made.contacts(q, np.zeros(len(q)))[1]
        found = made.constraints(arm.configuration(q, contacts=contacts))
        kinds = [c.matrix is None for c in found]
        assert kinds == sorted(kinds, reverse=True)
        for constraint in found:
            assert (constraint.lower <= 0.0).all()
            assert (constraint.upper >= 0.0).all()


def test_the_smallest_singular_value_is_that_of_the_weighed_jacobian(arm):
    made, length = rules(arm), arm.limits.singularity.length
    jacobian = arm.kinematics.jacobian(arm.home)
    jacobian[3:] *= length
    expected = np.linalg.svd(jacobian, compute_uv=False)[-1]
    assert made.smallest_singular_value(arm.home) == pytest.approx(expected)


def test_the_verification_knows_the_cone(ur5e):
    axis = ur5e.kinematics.tcp_pose(ur5e.home).rotation @ np.array(ur5e.model.approach_axis)
    cone = TiltCone(axis=tuple(map(float, axis)), half_angle=0.02)
    limited = ur5e.with_limits(tilt_cone=cone)
    turn = np.linalg.inv(ur5e.kinematics.jacobian(ur5e.home)) @ [0, 0, 0, 0.5, 0, 0]
    path = ur5e.home + 0.01 * np.arange(9)[:, None] * turn
    assert rules(ur5e).verification.problem(path, 0.017) is None
    assert rules(limited).verification.problem(path, 0.017) is SafetyCode.LIMITED_BY_TILT
