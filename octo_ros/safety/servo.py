# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which TCP velocity follows the Cartesian target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.twist import length

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.twist import Vector

CLOSING_LEVER = 0.2
"""Lever [m] by which the weakest joint acceleration becomes the linear braking curve."""


class CartesianServo:
    """Feed-forward, plus feedback that closes what is left as fast as it can be braked.

    twist = feed-forward + e/|e|·`approach_speed`(|e|), separately for translation and rotation,
    each cut at the allowed speed; `octo_ros.safety.stop` has that curve. Errors well below
    deceleration·dt² are gone after one tick; larger ones, left by a limit that was active, close
    on a braking curve without overshoot.

    Args:
        linear_speed: Largest TCP speed [m/s].
        angular_speed: Largest TCP rotation speed [rad/s].
        linear_deceleration: Brake of the braking curve [m/s²], low enough for the joints.
        angular_deceleration: Likewise for the rotation [rad/s²].
        dt: Control period [s].
    """

    def __init__(
        self,
        linear_speed: float,
        angular_speed: float,
        linear_deceleration: float,
        angular_deceleration: float,
        dt: float,
    ) -> None:
        self._linear = (linear_speed, linear_deceleration)
        self._angular = (angular_speed, angular_deceleration)
        self._dt = dt

    @classmethod
    def for_limits(cls, limits: Limits, dt: float) -> CartesianServo:
        """A servo whose braking curves the weakest joint can follow; `dt` in s."""
        weakest = min(limits.acceleration)
        return cls(limits.linear_speed, limits.angular_speed, CLOSING_LEVER * weakest, weakest, dt)

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
        linear, angular = self._linear, self._angular
        return np.array(
            (
                *self._part((x, y, z), (vx, vy, vz), *linear),
                *self._part((roll, pitch, yaw), (wx, wy, wz), *angular),
            )
        )

    def _part(self, error: Vector, forward: Vector, speed: float, deceleration: float) -> Vector:
        distance = length(*error)
        x, y, z = forward
        if distance != 0.0:
            step = deceleration * self._dt  # `approach_speed` for one number
            closing = math.sqrt(step * step + 2.0 * deceleration * distance) - step
            scale = closing / distance
            x, y, z = x + scale * error[0], y + scale * error[1], z + scale * error[2]
        excess = length(x, y, z) / speed
        return (x / excess, y / excess, z / excess) if excess > 1.0 else (x, y, z)
