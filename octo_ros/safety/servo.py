# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which TCP velocity follows the Cartesian target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
        closing, limits = self._closing, self._limits
        twist: Array = feed_forward.copy()
        linear = math.sqrt(error[:3] @ error[:3])
        if linear != 0.0:  # also for a NaN, which must not pass for no error
            twist[:3] += error[:3] * (closing.linear(linear) / linear)
        angular = math.sqrt(error[3:] @ error[3:])
        if angular != 0.0:
            twist[3:] += error[3:] * (closing.angular(angular) / angular)
        self._cut(twist[:3], limits.linear_speed)
        self._cut(twist[3:], limits.angular_speed)
        return twist

    @staticmethod
    def _cut(part: Array, most: float) -> None:
        speed = math.sqrt(part @ part)
        if speed > most:
            part *= most / speed
