# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The controlled stop: how fast one may go to stop in time, and how all joints come to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array


def approach_speed(distance: ArrayLike, deceleration: ArrayLike, dt: float) -> Array:
    """The largest speed v from which a stop still ends within `distance` d.

    One more period is made at v before the brake b acts: v·dt + v²/(2b) = d, so
    v = sqrt((b·dt)² + 2·b·d) - b·dt. For d much smaller than b·dt² this is d/dt, for longer ones
    sqrt(2·b·d).

    Args:
        distance: In m or rad; below zero it counts as zero.
        deceleration: In m/s² or rad/s².
        dt: Control period [s].
    """
    step = np.multiply(deceleration, dt)
    room = np.multiply(deceleration, 2.0) * np.maximum(distance, 0.0)
    speed: Array = np.sqrt(step * step + room) - step
    return speed


class StraightStop:
    """Brings all joints to rest together, so that the path keeps its direction in joint space.

    Args:
        braking: Joint deceleration, shape (n,), rad/s².
        dt: Control period [s].
    """

    def __init__(self, braking: ArrayLike, dt: float) -> None:
        self._braking = readonly(braking)
        self._dt = dt

    def duration(self, velocities: Array) -> float:
        """Time to rest [s]: the joint that needs longest sets the time for all, T = max |v|/b."""
        return float((np.abs(velocities) / self._braking).max())

    def next(self, velocities: Array) -> Array:
        """Joint velocities one period later, shape (n,), rad/s: v·max(0, 1 - dt/T)."""
        duration = self.duration(velocities)
        if duration <= self._dt:
            return np.zeros_like(velocities)
        return velocities * (1.0 - self._dt / duration)
