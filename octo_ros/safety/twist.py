# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Small displacements of a pose, computed in every tick and therefore in plain numbers.

What `octo_ros.geometry` says with arrays takes several times as long for three numbers; it stays
the reference, and does the turns beyond a quarter.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import rotation_vector_from_matrix, rpy_from_matrix

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose

Vector = tuple[float, float, float]

_TINY = 1e-9  # Below this sine and angle are the same number


def length(x: float, y: float, z: float) -> float:
    """Euclidean length."""
    return math.sqrt(x * x + y * y + z * z)


def difference(start: Pose, end: Pose) -> Array:
    """From `start` to `end`, shape (6,): translation [m], rotation vector [rad], base axes."""
    ax, ay, az = start.position.tolist()
    bx, by, bz = end.position.tolist()
    turn = rotation_vector(end.rotation @ start.rotation.T)
    return np.array((bx - ax, by - ay, bz - az, *turn))


def rotation_vector(rotation: Array) -> Vector:
    """Axis times angle [rad] of a rotation matrix, shape (3, 3).

    Below 90 degrees R - Rᵀ = 2·sin(angle)·[axis]× and trace(R) = 1 + 2·cos(angle).
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    cosine = 0.5 * (xx + yy + zz - 1.0)
    if cosine <= 0.0:
        x, y, z = rotation_vector_from_matrix(rotation).tolist()
        return x, y, z
    x, y, z = 0.5 * (zy - yz), 0.5 * (xz - zx), 0.5 * (yx - xy)
    sine = length(x, y, z)
    scale = math.atan2(sine, cosine) / sine if sine > _TINY else 1.0
    return scale * x, scale * y, scale * z


def turn(x: float, y: float, z: float) -> Array:
    """Rotation matrix, shape (3, 3), of a rotation vector [rad] (Rodrigues' formula)."""
    angle = length(x, y, z)
    first, second = 1.0, 0.5
    if angle > _TINY:
        half = math.sin(0.5 * angle) / angle
        first, second = math.sin(angle) / angle, 2.0 * half * half
    a, b, c = first * x, first * y, first * z
    xy, xz, yz = second * x * y, second * x * z, second * y * z
    xx, yy, zz = second * x * x, second * y * y, second * z * z
    return np.array(
        (
            (1.0 - yy - zz, xy - c, xz + b),
            (xy + c, 1.0 - xx - zz, yz - a),
            (xz - b, yz + a, 1.0 - xx - yy),
        )
    )


def turn_rpy(roll: float, pitch: float, yaw: float) -> Array:
    """Rotation matrix, shape (3, 3), of extrinsic x-y-z angles [rad]: Rz·Ry·Rx."""
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    return np.array(
        (
            (cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr),
            (sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr),
            (-sp, cp * sr, cp * cr),
        )
    )


def executed(start: Pose, end: Pose) -> tuple[Array, Array]:
    """What `start.displaced` needs to reach `end`: translation [m], rpy [rad], shape (3,) each."""
    rotation = end.rotation @ start.rotation.T
    (xx, _, _), (yx, _, _), (zx, zy, zz) = rotation.tolist()
    if zz <= 0.0 or xx <= 0.0:
        return end.position - start.position, rpy_from_matrix(rotation)
    pitch = math.asin(min(1.0, max(-1.0, -zx)))
    rpy = (math.atan2(zy, zz), pitch, math.atan2(yx, xx))
    return end.position - start.position, np.array(rpy)
