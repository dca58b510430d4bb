# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which TCP velocity follows the Cartesian target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.stop import approach_speed

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits

CLOSING_LEVER = 0.2
"""Lever [m] by which the weakest joint acceleration becomes the linear braking curve."""


class CartesianServo:
    """Feed-forward, plus feedback that closes what is left as fast as it can be braked.

    twist = feed-forward + e/|e|·`approach_speed`(|e|), separately for translation and rotation,
    each cut at the allowed speed. Errors well below deceleration·dt² are gone after one tick;
    larger ones, left by a limit that was active, close on a braking curve without overshoot.

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
        self._speeds = (linear_speed, angular_speed)
        self._decelerations = (linear_deceleration, angular_deceleration)
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
        parts = zip(
            (error[:3], error[3:]),
            (feed_forward[:3], feed_forward[3:]),
            self._speeds,
            self._decelerations,
            strict=True,
        )
        return np.concatenate([self._part(*part) for part in parts])

    def _part(self, error: Array, feed_forward: Array, speed: float, deceleration: float) -> Array:
        distance = float(np.sqrt(error @ error))
        velocity = feed_forward
        if distance != 0.0:
            closing = float(approach_speed(distance, deceleration, self._dt))
            velocity = velocity + error * (closing / distance)
        length = float(np.sqrt(velocity @ velocity))
        return velocity * (speed / length) if length > speed else velocity
