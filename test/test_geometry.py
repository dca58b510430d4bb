# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rotations and poses: every conversion undoes its inverse; conventions are those stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.geometry import (
    Pose,
    matrix_from_quaternion,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    quaternion_from_matrix,
    readonly,
    rotation_vector_from_matrix,
    rpy_from_matrix,
    slerp,
)

angles = arrays(float, 3, elements=st.floats(-np.pi, np.pi))
quaternions = arrays(float, 4, elements=st.floats(-1, 1)).filter(
    lambda q: np.linalg.norm(q) > 1e-3
)
rotations = quaternions.map(matrix_from_quaternion)
positions = arrays(float, 3, elements=st.floats(-10, 10))
poses = st.builds(Pose, positions, rotations)


def assert_same_pose(actual: Pose, expected: Pose) -> None:
    np.testing.assert_allclose(actual.position, expected.position, atol=1e-9)
    np.testing.assert_allclose(actual.rotation, expected.rotation, atol=1e-9)


@given(rotations)
def test_conversions_keep_the_rotation(rotation):
    for there, back, tolerance in (
        (rpy_from_matrix, matrix_from_rpy, 5e-6),  # near the pole, where roll is taken as 0
        (quaternion_from_matrix, matrix_from_quaternion, 1e-9),
        (rotation_vector_from_matrix, matrix_from_rotation_vector, 1e-9),
    ):
        np.testing.assert_allclose(back(there(rotation)), rotation, atol=tolerance)


@given(angles)
def test_matrices_are_rotations(rpy):
    for matrix in (matrix_from_rpy(rpy), matrix_from_rotation_vector(rpy)):
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_rpy_turns_about_fixed_axes_roll_first():
    # Roll keeps the x axis, pitch about fixed y brings it to -z, yaw about fixed z keeps it there.
    np.testing.assert_allclose(
        matrix_from_rpy([0.3, np.pi / 2, 0.7]) @ [1.0, 0.0, 0.0], [0.0, 0.0, -1.0], atol=1e-12
    )
    np.testing.assert_allclose(
        matrix_from_rpy([np.pi / 2, 0.0, np.pi / 2]) @ [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], atol=1e-12
    )


@given(st.floats(-1.5, 1.5), st.floats(-3, 3), st.floats(-3, 3))
def test_rpy_is_unique_away_from_the_pole(pitch, roll, yaw):
    rpy = np.array([roll, pitch, yaw])
    np.testing.assert_allclose(rpy_from_matrix(matrix_from_rpy(rpy)), rpy, atol=1e-9)


@given(angles, st.sampled_from([-np.pi / 2, np.pi / 2]))
def test_rpy_at_the_pole_takes_roll_as_zero(rpy, pitch):
    rotation = matrix_from_rpy([rpy[0], pitch, rpy[2]])
    found = rpy_from_matrix(rotation)
    assert found[0] == 0.0
    np.testing.assert_allclose(matrix_from_rpy(found), rotation, atol=1e-7)


@given(arrays(float, 3, elements=st.floats(-1, 1)), st.floats(0, np.pi - 1e-4))
def test_rotation_vector_is_unique_below_half_a_turn(axis, angle):
    assume(np.linalg.norm(axis) > 1e-3)
    vector = angle * axis / np.linalg.norm(axis)
    found = rotation_vector_from_matrix(matrix_from_rotation_vector(vector))
    np.testing.assert_allclose(found, vector, atol=1e-7)


def test_rotation_vector_of_half_a_turn():
    found = rotation_vector_from_matrix(np.diag([-1.0, -1.0, 1.0]))
    np.testing.assert_allclose(np.abs(found), [0.0, 0.0, np.pi], atol=1e-12)


@given(quaternions)
def test_quaternion_keeps_its_direction_up_to_sign(quaternion):
    unit = quaternion / np.linalg.norm(quaternion)
    found = quaternion_from_matrix(matrix_from_quaternion(quaternion))
    assert abs(found @ unit) == pytest.approx(1.0)


def test_quaternion_order_is_xyzw():
    half = np.sqrt(0.5)
    np.testing.assert_allclose(
        matrix_from_quaternion([0.0, 0.0, half, half]),
        matrix_from_rpy([0, 0, np.pi / 2]),
        atol=1e-12,
    )


@pytest.mark.parametrize('bad', [[0, 0, 0, 0], [np.nan, 0, 0, 1], [np.inf, 0, 0, 1]])
def test_quaternion_without_direction_is_refused(bad):
    with pytest.raises(ValueError, match='has no direction'):
        matrix_from_quaternion(bad)


@given(rotations, rotations)
def test_slerp_begins_and_ends_at_its_ends(start, end):
    np.testing.assert_allclose(slerp(start, end, 0.0), start, atol=1e-7)
    np.testing.assert_allclose(slerp(start, end, 1.0), end, atol=1e-7)


@given(rotations, arrays(float, 3, elements=st.floats(-1, 1)), st.floats(0, 1))
def test_slerp_turns_evenly(start, vector, fraction):
    end = matrix_from_rotation_vector(vector) @ start
    part = rotation_vector_from_matrix(slerp(start, end, fraction) @ start.T)
    np.testing.assert_allclose(part, fraction * vector, atol=1e-6)


@given(poses, poses, poses)
def test_composition_is_associative_and_inverse_undoes(a, b, c):
    assert_same_pose((a @ b) @ c, a @ (b @ c))
    assert_same_pose(a @ a.inverse(), Pose.from_xyz_rpy())
    assert_same_pose(a.inverse() @ a @ b, b)


@given(poses, poses)
def test_displacement_reaches_the_other_pose(start, end):
    reached = start.displaced(*start.displacement_to(end))
    np.testing.assert_allclose(reached.position, end.position, atol=1e-9)
    np.testing.assert_allclose(reached.rotation, end.rotation, atol=5e-6)


@given(poses, positions, st.tuples(*[st.floats(-1.5, 1.5)] * 3))
def test_displacement_is_what_was_applied(start, translation, rpy):
    found_translation, found_rpy = start.displacement_to(start.displaced(translation, rpy))
    np.testing.assert_allclose(found_translation, translation, atol=1e-9)
    np.testing.assert_allclose(found_rpy, rpy, atol=1e-7)


def test_displacement_is_along_and_about_the_base_axes():
    start = Pose.from_xyz_rpy((0.3, 0.1, 0.2), (0.0, 0.0, np.pi / 2))
    end = start.displaced((0.05, 0.0, 0.0), (np.pi / 2, 0.0, 0.0))
    np.testing.assert_allclose(end.position, [0.35, 0.1, 0.2])
    # The frame's x axis looked along base y; a quarter turn about base x brings it to base z.
    np.testing.assert_allclose(end.rotation[:, 0], [0.0, 0.0, 1.0], atol=1e-12)


@given(poses)
def test_pose_views_are_the_same_rotation(pose):
    np.testing.assert_allclose(matrix_from_rpy(pose.rpy), pose.rotation, atol=5e-6)
    np.testing.assert_allclose(matrix_from_quaternion(pose.quaternion), pose.rotation, atol=1e-9)


def test_pose_is_a_read_only_copy():
    position = np.zeros(3)
    pose = Pose(position, np.eye(3))
    position[0] = 1.0
    assert pose.position[0] == 0.0
    with pytest.raises(ValueError, match='read-only'):
        pose.position[0] = 1.0


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r'shape \(3,\), got \(2,\)'):
        readonly([1.0, 2.0], (3,))
    with pytest.raises(ValueError, match=r'\(3, 3\)'):
        Pose(np.zeros(3), np.eye(4))
