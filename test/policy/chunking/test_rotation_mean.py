# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.geometry import matrix_from_rotation_vector, rotation_vector_from_matrix
from octo_ros.policy.chunking.rotation_mean import rotation_mean

seeds = st.integers(0, 2**32 - 1)


def draw(seed, n, most):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 1.0, n)
    return rng.uniform(-most, most, (n, 3)), weights / weights.sum()


def cost(mean, vectors, weights):
    inverse = matrix_from_rotation_vector(-mean)
    angles = [
        np.linalg.norm(rotation_vector_from_matrix(matrix_from_rotation_vector(v) @ inverse))
        for v in vectors
    ]
    return weights @ np.square(angles)


@settings(deadline=None)
@given(seeds, st.integers(2, 8))
def test_no_rotation_nearby_is_closer_to_all(seed, n):
    vectors, weights = draw(seed, n, 0.5)
    mean = rotation_mean(vectors, weights)
    least = cost(mean, vectors, weights)
    for step in 1e-3 * np.vstack([np.eye(3), -np.eye(3)]):
        assert cost(mean + step, vectors, weights) > least


@settings(deadline=None)
@given(seeds, st.integers(1, 8))
def test_about_one_axis_it_is_the_mean_angle(seed, n):
    vectors, weights = draw(seed, n, 1.0)
    axis = np.array([0.6, 0.0, 0.8])
    angles = vectors[:, 0]
    mean = rotation_mean(np.outer(angles, axis), weights)
    np.testing.assert_allclose(mean, (weights @ angles) * axis, atol=1e-12)


@settings(deadline=None)
@given(seeds)
def test_it_turns_with_the_axes(seed):
    """The mean does not depend on how the base frame stands; averaged rpy angles would."""
    vectors, weights = draw(seed, 4, 0.5)
    frame = matrix_from_rotation_vector([1.0, -0.7, 0.4])
    turned = rotation_mean(vectors @ frame.T, weights)
    np.testing.assert_allclose(turned, frame @ rotation_mean(vectors, weights), atol=1e-10)


def test_it_is_not_the_mean_of_vectors():
    vectors = np.array([[1.2, 0, 0], [0, 1.2, 0], [0, 0, -1.2]])
    weights = np.array([0.5, 0.25, 0.25])
    assert np.abs(rotation_mean(vectors, weights) - weights @ vectors).max() > 0.01


@pytest.mark.parametrize('n', [1, 3])
def test_of_equal_rotations_it_is_that_rotation(n):
    vector = np.array([0.1, -0.2, 0.3])
    mean = rotation_mean(np.tile(vector, (n, 1)), np.full(n, 1 / n))
    np.testing.assert_allclose(mean, vector, atol=1e-15)
