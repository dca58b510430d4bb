# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The cone of the gripper: its row against differences, its edge, and its degenerate middle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.geometry import Pose, matrix_from_rotation_vector, matrix_from_rpy
from octo_ros.limits import TiltCone
from octo_ros.safety.approach import RESERVE, Approach
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.limits.tilt import TiltLimit
from octo_ros.safety_codes import SafetyCode

LAW = Approach(np.full(3, 1.0), 0.3, 1.5, 0.05)
CONE = TiltCone(axis=(0.0, 0.0, -1.0), half_angle=0.5)
LIMIT = TiltLimit(CONE, (0.0, 0.0, 1.0), LAW)
TURNS = np.concatenate([np.zeros((3, 3)), np.eye(3)])  # three joints that turn about x, y, z
DOWN = matrix_from_rpy((np.pi, 0.0, 0.0))


def turned(rotation):
    return Configuration(np.zeros(3), np.zeros(3), Pose((0, 0, 0), rotation), TURNS)


def tilt(rotation):
    return float(LIMIT.angles(rotation[None])[0])


def test_rows_are_the_derivative_of_the_tilt(arm):
    """Along random joint motions, from the poses of the arm alone."""
    random = np.random.default_rng(0)
    limit = TiltLimit(CONE, arm.model.approach_axis, arm.approach)
    for _ in range(20):
        q, v = arm.anywhere(random), random.normal(size=len(arm.home))
        row = limit.constraint(arm.configuration(q)).matrix[0]
        around = arm.kinematics.tcp_poses(np.array([q + 1e-6 * v, q - 1e-6 * v]))[1]
        ahead, behind = limit.angles(around)
        assert row @ v == pytest.approx((ahead - behind) / 2e-6, abs=1e-5)


@given(st.floats(0.0, 3.1), st.floats(-3.1, 3.1))
def test_the_angle_is_the_one_by_which_it_was_tilted(angle, heading):
    axis = np.array([np.cos(heading), np.sin(heading), 0.0])
    assert tilt(matrix_from_rotation_vector(angle * axis) @ DOWN) == pytest.approx(angle, abs=1e-9)


@pytest.mark.parametrize('angle', [0.0, 0.1, 0.4, 0.48, 0.495])
def test_the_edge_is_approached_by_the_law(angle):
    constraint = LIMIT.constraint(turned(matrix_from_rotation_vector([angle, 0, 0]) @ DOWN))
    assert constraint.upper[0] == pytest.approx(
        float(LAW.angular_speed(np.array(0.5 - angle - 10 * RESERVE))), abs=1e-9
    )
    assert constraint.lower[0] == -np.inf
    assert constraint.code is SafetyCode.LIMITED_BY_TILT


@pytest.mark.parametrize('angle', [0.5 + 1e-12, 0.6, 2.0, 3.0])
def test_outside_it_may_only_come_back(angle):
    constraint = LIMIT.constraint(turned(matrix_from_rotation_vector([angle, 0, 0]) @ DOWN))
    assert constraint.upper[0] == 0.0
    farther, nearer = np.array([1.0, 0, 0]), np.array([-1.0, 0, 0])
    assert constraint.matrix[0] @ farther == pytest.approx(1.0)
    assert constraint.matrix[0] @ nearer == pytest.approx(-1.0)


def test_turning_about_the_axis_and_along_the_edge_is_free():
    constraint = LIMIT.constraint(turned(matrix_from_rotation_vector([0.5, 0, 0]) @ DOWN))
    assert constraint.matrix[0] @ np.array([0, 0, 1.0]) == pytest.approx(0.0, abs=1e-12)
    assert abs(constraint.matrix[0][1]) < 1e-9


@pytest.mark.parametrize('rotation', [DOWN, np.eye(3)])
def test_upright_and_upside_down_give_a_finite_row(rotation):
    """The direction of the tilt is not defined there."""
    constraint = LIMIT.constraint(turned(rotation))
    assert np.isfinite(constraint.matrix).all()
    assert np.abs(constraint.matrix).max() <= 1.0 + 1e-9


@pytest.mark.parametrize('small', [1e-15, 1e-12, 1e-10, 1e-7])
def test_near_the_middle_the_row_is_no_longer_than_one(small):
    constraint = LIMIT.constraint(turned(matrix_from_rotation_vector([0, small, 0]) @ DOWN))
    assert np.linalg.norm(constraint.matrix) <= 1.0 + 1e-9
    assert constraint.upper[0] > 0.0


def test_angles_of_many_rotations_are_those_of_each():
    random = np.random.default_rng(1)
    rotations = np.array([matrix_from_rpy(random.uniform(-3, 3, 3)) for _ in range(30)])
    expected = [np.arccos(np.clip(-r[2, 2], -1.0, 1.0)) for r in rotations]
    np.testing.assert_allclose(LIMIT.angles(rotations), expected, atol=1e-7)
    assert LIMIT.angles(np.array([DOWN]))[0] == pytest.approx(0.0, abs=1e-12)


def test_a_nan_is_handed_on():
    rotations = np.array([DOWN, np.full((3, 3), np.nan)])
    assert np.isnan(LIMIT.angles(rotations)[1])


@pytest.mark.parametrize('axis', [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_the_gripper_axis_of_the_robot_is_the_one_that_is_held(axis):
    """The WidowX reaches along x, the others along z."""
    limit = TiltLimit(TiltCone(axis=axis, half_angle=0.3), axis, LAW)
    assert limit.angles(np.eye(3)[None])[0] == pytest.approx(0.0, abs=1e-12)
