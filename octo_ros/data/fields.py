# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fields of recorded messages → numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array


def nanoseconds(stamp: Any) -> int:  # noqa: ANN401 - a Time of rclpy or rosbags
    """A Time's sec and nanosec [ns]."""
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def vector(value: Any) -> Array:  # noqa: ANN401 - a Vector3 or Point of rclpy or rosbags
    """A Vector3's or Point's x, y, z as float64, shape (3,), in its own unit."""
    return np.array([value.x, value.y, value.z], dtype=np.float64)
