# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which TCP velocity follows the Cartesian target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.twist import length

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.closing import Closing


class CartesianServo:
    """Feed-forward, plus feedback that closes what is left as fast as it can be braked.

    twist = feed-forward + e/|e|·u(|e|) with u from `Closing`, separately for translation and
    rotation, each cut at the allowed speed.

    Args:
        limits: For the TCP's speeds.
        closing: How fast an error is closed.
    """

    def __init__(self, limits: Limits, closing: Closing) -> None:
        self._limits = limits
        self._closing = closing

    def twist(self, error: Array, feed_forward: Array) -> Array:
        """Velocity that the TCP should have in the coming tick.

        Args:
            error: From the TCP to the target before the tick, shape (6,): m, then rad, base axes.
            feed_forward: Velocity of the target during the tick, shape (6,): m/s, then rad/s.

        Returns:
            Shape (6,): m/s, then rad/s, base axes.
        """
        x, y, z, roll, pitch, yaw = error.tolist()
        vx, vy, vz, wx, wy, wz = feed_forward.tolist()
        distance, angle = length(x, y, z), length(roll, pitch, yaw)
        if distance != 0.0:  # also for a NaN, which must not pass for no error
            scale = self._closing.linear(distance) / distance
            vx, vy, vz = vx + scale * x, vy + scale * y, vz + scale * z
        if angle != 0.0:
            scale = self._closing.angular(angle) / angle
            wx, wy, wz = wx + scale * roll, wy + scale * pitch, wz + scale * yaw
        linear = max(1.0, length(vx, vy, vz) / self._limits.linear_speed)
        angular = max(1.0, length(wx, wy, wz) / self._limits.angular_speed)
        return np.array(
            (vx / linear, vy / linear, vz / linear, wx / angular, wy / angular, wz / angular)
        )
