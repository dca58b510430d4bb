# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The weighted mean of rotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rotation_vector, rotation_vector_from_matrix

if TYPE_CHECKING:
    from octo_ros.geometry import Array

_TOLERANCE = 1e-12  # rad
_MAX_STEPS = 50


def rotation_mean(vectors: Array, weights: Array) -> Array:
    """The Karcher mean on SO(3): the rotation with the least weighted squared angle to all.

    Found by the fixed point of Manton (2004, "A globally convergent numerical algorithm for
    computing the centre of mass on compact Lie groups"), from the mean of the vectors. For
    rotations about one axis it is the mean of the angles. It is unique where all rotations lie
    within 90 degrees of one, which deltas do by far.

    Args:
        vectors: Shape (n, 3), rad: axis times angle.
        weights: Shape (n,), not negative, with sum 1.

    Returns:
        Shape (3,), rad: axis times angle.
    """
    mean = weights @ vectors
    if len(vectors) == 1 or not np.ptp(vectors, axis=0).any():
        return np.asarray(mean)
    rotations = [matrix_from_rotation_vector(vector) for vector in vectors]
    for _ in range(_MAX_STEPS):
        inverse = matrix_from_rotation_vector(-mean)
        errors = np.array([rotation_vector_from_matrix(r @ inverse) for r in rotations])
        step = weights @ errors
        mean = rotation_vector_from_matrix(matrix_from_rotation_vector(step) @ inverse.T)
        if np.abs(step).max() < _TOLERANCE:
            break
    return mean
