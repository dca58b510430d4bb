# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Poses and transforms of recorded messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.fields import vector
from octo_ros.geometry import Pose, matrix_from_quaternion

if TYPE_CHECKING:
    from octo_ros.geometry import Array

SHORTEST = 1e-6  # of a quaternion: none at all was set


def pose_from_message(value: Any) -> Pose | None:  # noqa: ANN401 - a Pose of rclpy or rosbags
    """A geometry_msgs Pose; None unless its numbers are finite and its quaternion is one."""
    return _pose(vector(value.position), value.orientation)


def pose_from_transform(value: Any) -> Pose | None:  # noqa: ANN401 - a Transform of rosbags
    """A geometry_msgs Transform: the child's pose in the parent; None as above."""
    return _pose(vector(value.translation), value.rotation)


def _pose(position: Array, q: Any) -> Pose | None:  # noqa: ANN401 - a Quaternion
    quaternion = np.array([q.x, q.y, q.z, q.w], dtype=np.float64)
    length = float(np.linalg.norm(quaternion))
    if not np.isfinite(position).all() or not np.isfinite(length) or length < SHORTEST:
        return None
    return Pose(position, matrix_from_quaternion(quaternion))
