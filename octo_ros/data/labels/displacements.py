# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Displacements of the end effector: between poses, and sums of many small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose, matrix_from_rpy, rpy_from_matrix

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from octo_ros.geometry import Array


@dataclass(frozen=True)
class Displacement:
    """One displacement that was commanded or made.

    Attributes:
        time_ns: When it began [ns].
        translation: Shape (3,), m, base axes.
        rotation: Shape (3,), rad, extrinsic x-y-z, base axes.
    """

    time_ns: int
    translation: Array
    rotation: Array


def pose_of(row: ArrayLike) -> Pose:
    """The pose in a row of proprio: xyz [m], rpy [rad], and more, which is left out."""
    values = np.asarray(row, dtype=np.float64)
    return Pose.from_xyz_rpy(values[:3], values[3:6])


def achieved(proprio: NDArray[np.floating]) -> Array:
    """Displacements from each observed pose to the next; the last row is 0.

    Args:
        proprio: Shape (n, 6) or more columns: xyz [m], rpy [rad], ….

    Returns:
        float64, shape (n, 6).
    """
    values = np.asarray(proprio, dtype=np.float64)
    # Angles in rows, so that one call makes the matrices of all poses, shape (3, 3, n).
    rotations = np.moveaxis(matrix_from_rpy(values[:, 3:6].T), -1, 0)
    return _displacements(values[:, :3], rotations)


def _displacements(positions: Array, rotations: Array) -> Array:
    """As `Pose.displacement_to`, for n poses at once: shapes (n, 3) and (n, 3, 3) to (n, 6)."""
    rows = np.zeros((len(positions), 6))
    rows[:-1, :3] = np.diff(positions, axis=0)
    turns = rotations[1:] @ rotations[:-1].transpose(0, 2, 1)
    sine = np.clip(turns[:, 2, 0], -1.0, 1.0)
    rows[:-1, 3] = np.arctan2(turns[:, 2, 1], turns[:, 2, 2])
    rows[:-1, 4] = np.arcsin(-sine)
    rows[:-1, 5] = np.arctan2(turns[:, 1, 0], turns[:, 0, 0])
    for index in np.flatnonzero(np.abs(sine) > 1.0 - 1e-12):  # roll and yaw are not unique
        rows[index, 3:] = rpy_from_matrix(turns[index])
    return rows


def sums(stamps_ns: Sequence[int], displacements: Sequence[Displacement]) -> Array:
    """What displacements add up to from each observation until just before the next.

    Translations are added; rotations are multiplied in the order of time, the later on the left.

    Args:
        stamps_ns: Times of n observations, ascending [ns].
        displacements: In any order.

    Returns:
        float64, shape (n, 6); 0 where nothing began, and in the last row.
    """
    rows = np.zeros((len(stamps_ns), 6))
    ordered = sorted(displacements, key=lambda d: d.time_ns)
    times = [d.time_ns for d in ordered]
    edges = np.searchsorted(np.asarray(times, np.int64), np.asarray(stamps_ns, np.int64), 'left')
    for row, (first, end) in zip(rows, pairwise(edges), strict=False):
        row[:] = total(ordered[first:end])
    return rows


def total(displacements: Sequence[Displacement]) -> Array:
    """The sum of displacements in the order given, shape (6,): m and rad."""
    if len(displacements) == 1:  # exactly as it was given
        return np.concatenate([displacements[0].translation, displacements[0].rotation])
    translation, rotation = np.zeros(3), np.eye(3)
    for displacement in displacements:
        translation = translation + displacement.translation
        rotation = matrix_from_rpy(displacement.rotation) @ rotation
    return np.concatenate([translation, rpy_from_matrix(rotation)])
