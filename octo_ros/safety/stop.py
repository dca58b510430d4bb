# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The controlled stop: planned before it is needed, and followed to the end when it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.profile import JointMotion, VelocityProfile, motion_at

if TYPE_CHECKING:
    from ruckig import Trajectory

    from octo_ros.geometry import Array
    from octo_ros.limits import Limits


@dataclass(frozen=True)
class Stop:
    """A way to rest.

    Attributes:
        start: Where it begins.
        trajectory: The way.
        positions: Where the joints are at the start and after each period until they rest, shape
            (k, n), rad.
    """

    start: JointMotion
    trajectory: Trajectory | None
    positions: Array

    @classmethod
    def resting(cls, positions: Array) -> Stop:
        """The stop of an arm that stands at `positions`, shape (n,), rad."""
        return cls(JointMotion.resting(positions), None, positions[None])

    @property
    def ticks(self) -> int:
        """Periods until rest."""
        return len(self.positions) - 1

    def after(self, ticks: int, dt: float) -> JointMotion:
        """Where it is after some periods of `dt` seconds; at its end the joints rest exactly."""
        if self.trajectory is None or ticks >= self.ticks:
            return JointMotion.resting(self.positions[-1])
        return motion_at(self.trajectory, ticks * dt)


class StopPlanner:
    """Plans stops with the joints' brakes.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
    """

    def __init__(self, limits: Limits, dt: float) -> None:
        self._profile = VelocityProfile(limits.braking, limits.braking, limits.jerk)
        self._dt = dt
        self._zero = np.zeros(len(limits.braking))

    def plan(self, start: JointMotion) -> Stop | None:
        """The fastest stop from a motion in which all joints come to rest together.

        Returns:
            None if the numbers of `start` allow none.
        """
        if start.at_rest:
            return Stop.resting(start.positions)
        trajectory = self._profile.plan(start, self._zero)
        if trajectory is None:
            return None
        count = math.ceil(trajectory.duration / self._dt)
        at, dt = trajectory.at_time, self._dt
        samples = [at(dt * k)[0] for k in range(1, count + 1)]
        positions = np.array([start.positions.tolist(), *samples])
        return Stop(start, trajectory, positions)
