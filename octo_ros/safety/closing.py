# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast the arm goes to where it should be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.approach import LEVER, Approach

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits

SNAP = 0.5
"""Share of a small error that is closed in one period: a velocity that is taken up within it is
there for half of it on average."""


class Closing:
    """Speeds that close an error: `Approach`'s law, with an end.

    That law ends as e^(-t/lag) and thus never; but speeds so small that the jerk lets the joints
    take them up within one period (a quarter of jerk·dt²) need no lag. From there on half of the
    error is closed per period, and soon it is below what is worth moving for.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
    """

    def __init__(self, limits: Limits, dt: float) -> None:
        self._approach = Approach.for_limits(limits, dt)
        self._rate = SNAP / dt
        self._at_once = 0.25 * dt * dt * np.array(limits.jerk)
        weakest = float(self._at_once.min())
        self._linear_at_once, self._angular_at_once = LEVER * weakest, weakest

    def linear(self, distance: float) -> float:
        """Speed [m/s] towards a point `distance` away [m], not below zero."""
        return self._speed(distance, self._approach.linear, self._linear_at_once)

    def angular(self, distance: float) -> float:
        """Rate of turn [rad/s] towards an orientation `distance` away [rad], not below zero."""
        return self._speed(distance, self._approach.angular, self._angular_at_once)

    def joints(self, distances: Array) -> Array:
        """Joint speeds [rad/s] towards positions `distances` away [rad], shape (n,)."""
        small: Array = np.minimum(self._rate * distances, self._at_once)
        return np.maximum(self._approach.joint_speed(distances), small)

    def _speed(self, distance: float, deceleration: float, at_once: float) -> float:
        step = deceleration * self._approach.lag
        law = math.sqrt(step * step + 2.0 * deceleration * distance) - step
        return max(law, min(self._rate * distance, at_once))
