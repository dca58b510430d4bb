# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast one may go towards something and still stop before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.limits import Limits

LEVER = 0.2
"""Lever [m] by which the weakest joint's acceleration becomes that of a point of the arm.

Short on purpose: with the wrist near the base the joints must turn fast to brake the hand.
"""

EASE = 0.7
"""Share of the joints' acceleration on which braking in time is planned; the rest is reserve."""


@dataclass(frozen=True)
class Approach:
    """The one law by which everything slows down in time: walls, joint ends, bodies, the goal.

    v·lag + v²/(2b) = d, so v = sqrt((b·lag)² + 2·b·d) - b·lag for the distance d, deceleration b,
    and the time `lag` that passes until the brake acts. Far away this is the parabola sqrt(2·b·d),
    near the end d/lag, which ends without overshoot although the brake is not there at once.

    Attributes:
        joint: Deceleration of each joint, shape (n,), rad/s².
        linear: Of a point of the arm [m/s²].
        angular: Of the hand's rotation [rad/s²].
        lag: In s: two control periods and the time in which the jerk builds up the acceleration.
    """

    joint: Array
    linear: float
    angular: float
    lag: float

    @classmethod
    def for_limits(cls, limits: Limits, dt: float) -> Approach:
        """The law that joints with these limits can obey; `dt` is the control period [s]."""
        acceleration = np.array(limits.acceleration)
        weakest = EASE * float(acceleration.min())
        lag = 2.0 * dt + float((acceleration / limits.jerk).max())
        return cls(EASE * acceleration, LEVER * weakest, weakest, lag)

    def speed(self, distance: ArrayLike, deceleration: ArrayLike) -> Array:
        """The largest speed towards something `distance` away; below zero counts as zero."""
        step = np.multiply(deceleration, self.lag)
        room = np.multiply(deceleration, 2.0) * np.maximum(distance, 0.0)
        speed: Array = np.sqrt(step * step + room) - step
        return speed

    def distance(self, speed: float, deceleration: float) -> float:
        """The distance from which on `speed` is too fast."""
        return speed * self.lag + speed * speed / (2.0 * deceleration)
