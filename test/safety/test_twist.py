# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quick forms agree with the geometry that they stand in for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.geometry import (
    Pose,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rotation_vector_from_matrix,
)
from octo_ros.safety.twist import difference, executed, length, rotation_vector, turn, turn_rpy

vectors = arrays(float, 3, elements=st.floats(-3.0, 3.0))
small = arrays(float, 3, elements=st.floats(-1e-3, 1e-3))
START = Pose.from_xyz_rpy([0.4, -0.1, 0.3], [3.1, 0.2, -1.5])


@given(st.one_of(vectors, small))
def test_a_turn_is_that_of_the_geometry(vector):
    np.testing.assert_allclose(turn(*vector), matrix_from_rotation_vector(vector), atol=1e-14)


@given(st.one_of(vectors, small))
def test_a_rotation_vector_is_that_of_the_geometry(vector):
    matrix = matrix_from_rotation_vector(vector)
    expected = rotation_vector_from_matrix(matrix)
    np.testing.assert_allclose(rotation_vector(matrix), expected, atol=1e-12)


@given(small)
def test_small_turns_come_back_with_all_their_digits(vector):
    np.testing.assert_allclose(rotation_vector(turn(*vector)), vector, rtol=1e-9, atol=1e-16)


@pytest.mark.parametrize('vector', [(0.0, 0.0, 0.0), (1e-12, 0.0, -1e-12), (1e-300, 0.0, 0.0)])
def test_no_turn_is_the_identity(vector):
    np.testing.assert_allclose(turn(*vector), np.eye(3), atol=1e-11)
    np.testing.assert_allclose(rotation_vector(np.eye(3)), 0.0, atol=0.0)


@given(st.one_of(vectors, small), st.one_of(vectors, small))
def test_what_was_executed_leads_to_the_end(translation, rotation):
    end = Pose(START.position + translation, turn(*rotation) @ START.rotation)
    moved, rpy = executed(START, end)
    there = START.displaced(moved, rpy)
    np.testing.assert_allclose(there.position, end.position, atol=1e-12)
    np.testing.assert_allclose(there.rotation, end.rotation, atol=1e-9)
    offset = difference(START, end)
    np.testing.assert_allclose(offset[:3], translation, atol=1e-12)
    np.testing.assert_allclose(turn(*offset[3:]) @ START.rotation, end.rotation, atol=1e-9)


@given(vectors)
def test_rpy_turn_as_in_the_geometry(rpy):
    np.testing.assert_allclose(turn_rpy(*rpy), matrix_from_rpy(rpy), atol=1e-15)


@given(vectors)
def test_a_length_is_the_norm(vector):
    assert length(*vector) == pytest.approx(np.linalg.norm(vector))
