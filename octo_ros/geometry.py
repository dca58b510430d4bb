# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rotations and poses in numpy.

Conventions, stated once for the whole package: quaternions are (x, y, z, w) as in ROS messages and
Hamilton multiplied; `rpy` is roll, pitch, yaw in rad about the *fixed* x, y, z axes (extrinsic
x-y-z, R = Rz·Ry·Rx, as in URDF and in Octo's actions); rotation vectors are axis times angle in
rad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]


def readonly(array: ArrayLike, shape: tuple[int, ...] | None = None) -> Array:
    """Copy to a read-only float64 array, checking the shape when one is given.

    What is one already, and owns its numbers, is handed back as it is.
    """
    if type(array) is np.ndarray and array.base is None and not array.flags.writeable:
        result = array if array.dtype == np.float64 else array.astype(np.float64)
    else:
        result = np.array(array, dtype=np.float64)
    if shape is not None and result.shape != shape:
        msg = f'Expected an array of shape {shape}, got {result.shape}.'
        raise ValueError(msg)
    result.setflags(write=False)
    return result


def matrix_from_rpy(rpy: ArrayLike) -> Array:
    """Rotation matrix (3, 3) of extrinsic x-y-z roll, pitch, yaw [rad], shape (3,)."""
    roll, pitch, yaw = np.asarray(rpy, dtype=np.float64)
    cr, sr, cp, sp, cy, sy = (
        np.cos(roll),
        np.sin(roll),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(yaw),
        np.sin(yaw),
    )
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def rpy_from_matrix(rotation: Array) -> Array:
    """Inverse of `matrix_from_rpy`, pitch in [-pi/2, pi/2].

    At pitch = +-pi/2 roll and yaw are not unique; roll is then taken as 0.
    """
    pitch = np.arcsin(np.clip(-rotation[2, 0], -1.0, 1.0))
    if abs(rotation[2, 0]) > 1.0 - 1e-12:
        return np.array([0.0, pitch, np.arctan2(-rotation[0, 1], rotation[1, 1])])
    return np.array(
        [
            np.arctan2(rotation[2, 1], rotation[2, 2]),
            pitch,
            np.arctan2(rotation[1, 0], rotation[0, 0]),
        ]
    )


def matrix_from_rotation_vector(vector: ArrayLike) -> Array:
    """Rotation matrix (3, 3) of axis times angle [rad], shape (3,) (Rodrigues' formula)."""
    v = np.asarray(vector, dtype=np.float64)
    angle = float(np.linalg.norm(v))
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    first, second = 1.0, 0.5
    if angle >= 1e-8:
        first, second = np.sin(angle) / angle, (1.0 - np.cos(angle)) / angle**2
    rotation: Array = np.eye(3) + first * skew + second * skew @ skew
    return rotation


def rotation_vector_from_matrix(rotation: Array) -> Array:
    """Axis times angle [rad], shape (3,), angle in [0, pi]."""
    r = rotation
    cosine = 0.5 * (r[0, 0] + r[1, 1] + r[2, 2] - 1.0)
    if cosine > 0.0:  # Below 90 degrees R - Rᵀ alone gives the axis, with no digits lost.
        vector = 0.5 * np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
        sine = float(np.sqrt(vector @ vector))
        return vector * (np.arctan2(sine, cosine) / sine) if sine > 1e-9 else vector
    x, y, z, w = quaternion_from_matrix(rotation)
    if w < 0.0:
        x, y, z, w = -x, -y, -z, -w
    sine = float(np.linalg.norm([x, y, z]))
    scale = 2.0 if sine < 1e-9 else 2.0 * float(np.arctan2(sine, w)) / sine
    return scale * np.array([x, y, z])


def matrix_from_quaternion(xyzw: ArrayLike) -> Array:
    """Rotation matrix (3, 3) of a quaternion (x, y, z, w), which is normalised first."""
    q = np.asarray(xyzw, dtype=np.float64)
    norm = float(np.linalg.norm(q))
    if not np.isfinite(norm) or norm < 1e-6:
        msg = f'Quaternion {q.tolist()} has no direction: its norm must be finite and not zero.'
        raise ValueError(msg)
    x, y, z, w = q / norm
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_from_matrix(rotation: Array) -> Array:
    """Unit quaternion (x, y, z, w) of a rotation matrix (Shepperd's method)."""
    r = rotation
    trace = r[0, 0] + r[1, 1] + r[2, 2]
    candidates = np.array([r[0, 0], r[1, 1], r[2, 2], trace])
    i = int(np.argmax(candidates))
    q = np.empty(4)
    if i == 3:
        q[:] = [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], 1.0 + trace]
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        q[i] = 1.0 + 2.0 * r[i, i] - trace
        q[j] = r[j, i] + r[i, j]
        q[k] = r[k, i] + r[i, k]
        q[3] = r[k, j] - r[j, k]
    unit: Array = q / np.linalg.norm(q)
    return unit


def slerp(start: Array, end: Array, fraction: float) -> Array:
    """Rotation matrix `fraction` (0..1) of the shortest way from `start` to `end`, both (3, 3)."""
    return (
        matrix_from_rotation_vector(fraction * rotation_vector_from_matrix(end @ start.T)) @ start
    )


@dataclass(frozen=True)
class Pose:
    """A rigid transform: where a frame stands, seen from a reference frame.

    Attributes:
        position: Shape (3,), m.
        rotation: Rotation matrix, shape (3, 3).
    """

    position: Array
    rotation: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, 'position', readonly(self.position, (3,)))
        object.__setattr__(self, 'rotation', readonly(self.rotation, (3, 3)))

    @classmethod
    def from_xyz_rpy(cls, xyz: ArrayLike = (0, 0, 0), rpy: ArrayLike = (0, 0, 0)) -> Pose:
        """Pose of a URDF `<origin xyz rpy>`: m and rad."""
        return cls(readonly(xyz), matrix_from_rpy(rpy))

    def __matmul__(self, other: Pose) -> Pose:
        """Compose: `a_b @ b_c` is the pose of c in a."""
        return Pose(self.position + self.rotation @ other.position, self.rotation @ other.rotation)

    def inverse(self) -> Pose:
        """The pose of the reference frame seen from this frame."""
        return Pose(-self.rotation.T @ self.position, self.rotation.T)

    def displaced(self, translation: ArrayLike, rpy: ArrayLike) -> Pose:
        """Apply one end-effector delta of this package.

        Args:
            translation: Shape (3,), m, along the axes of the reference (base) frame.
            rpy: Shape (3,), rad, extrinsic x-y-z about the base axes, turning about this pose's
                own origin (pre-multiplied: R' = R(rpy)·R): Octo's and BridgeData's convention.
        """
        return Pose(self.position + np.asarray(translation), matrix_from_rpy(rpy) @ self.rotation)

    def displacement_to(self, other: Pose) -> tuple[Array, Array]:
        """The delta (translation m, rpy rad) that `displaced` needs to reach `other` from here."""
        return other.position - self.position, rpy_from_matrix(other.rotation @ self.rotation.T)

    @property
    def rpy(self) -> Array:
        """Extrinsic x-y-z roll, pitch, yaw [rad], shape (3,)."""
        return rpy_from_matrix(self.rotation)

    @property
    def quaternion(self) -> Array:
        """(x, y, z, w), shape (4,)."""
        return quaternion_from_matrix(self.rotation)
