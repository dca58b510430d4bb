# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast one may go towards something and still stop before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits

RESERVE = 1e-3
"""Room [m; ten times as much in rad] that the rows of walls and bodies leave to the way to rest.

Stops are straight in joint space, so the hand's way bends: where no room is left, no stop keeps
the limit, and the arm would stick there instead of sliding along it.
"""

LEVER = 0.35
"""Lever [m] by which the weakest joint's acceleration becomes that of a point of the arm.

Short on purpose: with the wrist near the base the joints must turn fast to brake the hand. Joints
that slow down may use their brakes, which are stronger; that is the reserve.
"""


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
    _joint_step: Array = field(init=False, repr=False)
    _joint_square: Array = field(init=False, repr=False)
    _joint_twice: Array = field(init=False, repr=False)

    @classmethod
    def for_limits(cls, limits: Limits, dt: float) -> Approach:
        """The law that joints with these limits can obey; `dt` is the control period [s]."""
        acceleration = np.array(limits.acceleration)
        weakest = float(acceleration.min())
        lag = 2.0 * dt + float((acceleration / limits.jerk).max())
        return cls(acceleration, LEVER * weakest, weakest, lag)

    def __post_init__(self) -> None:
        # Half of what the tick's arithmetic needs, once.
        joint_step = self.joint * self.lag
        object.__setattr__(self, '_joint_step', joint_step)
        object.__setattr__(self, '_joint_square', joint_step * joint_step)
        object.__setattr__(self, '_joint_twice', 2.0 * self.joint)

    def joint_speed(self, distance: Array) -> Array:
        """The largest speeds of the joints towards something `distance` away [rad], shape (n,).

        A distance below zero counts as zero.
        """
        room = self._joint_twice * np.maximum(distance, 0.0)
        speed: Array = np.sqrt(room + self._joint_square) - self._joint_step
        return speed

    def linear_speed(self, distance: Array) -> Array:
        """The largest speeds of points towards something `distance` away [m]; any shape."""
        return self._speed(distance, self.linear)

    def angular_speed(self, distance: Array) -> Array:
        """The largest rates of turn towards something `distance` away [rad]; any shape."""
        return self._speed(distance, self.angular)

    def regaining(self, room: Array) -> Array:
        """Speeds [m/s] at which a moving arm gets back a reserve that it has used up.

        Without it flat bodies roll from corner to corner, each time a little nearer, until there
        is no room to slide. At most a quarter of a reserve per lag: some millimetres per second.
        """
        used: Array = np.clip(RESERVE - room, 0.0, RESERVE)
        return used * (0.25 / self.lag)

    def linear_distance(self, speed: Array) -> Array:
        """The distance [m] from which on a point's speed [m/s] is too fast; any shape."""
        return speed * (self.lag + speed * (0.5 / self.linear))

    def _speed(self, distance: Array, deceleration: float) -> Array:
        step = deceleration * self.lag
        room = (2.0 * deceleration) * np.maximum(distance, 0.0)
        speed: Array = np.sqrt(room + step * step) - step
        return speed
