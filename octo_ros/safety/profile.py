# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint motion whose jerk is bounded: the way to other velocities, and to rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ruckig import (
    ControlInterface,
    InputParameter,
    Result,
    Ruckig,
    RuckigError,
    Synchronization,
    Trajectory,
)

from octo_ros.geometry import readonly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array


@dataclass(frozen=True)
class JointMotion:
    """Where the joints are, how fast, and how that changes, at one instant.

    Attributes:
        positions: Shape (n,), rad.
        velocities: Shape (n,), rad/s.
        accelerations: Shape (n,), rad/s².
    """

    positions: Array
    velocities: Array
    accelerations: Array

    @property
    def at_rest(self) -> bool:
        """Whether nothing moves and nothing begins to."""
        return not (self.velocities.any() or self.accelerations.any())

    @classmethod
    def resting(cls, positions: Array) -> JointMotion:
        """At rest at `positions`, shape (n,), rad."""
        zero = np.zeros(len(positions))
        return cls(positions, zero, zero)


class VelocityProfile:
    """The fastest way to other joint velocities within limits of acceleration and jerk.

    All joints arrive together, so that the motion turns from the old to the new direction instead
    of bending. The result is twice continuously differentiable wherever one follows the other, so
    the differences of positions sampled at any period keep the limits, too: each is a mean of the
    derivative over the samples' span.

    Args:
        speeding_up: Largest acceleration of a joint that gets faster, shape (n,), rad/s².
        slowing_down: Of one that gets slower; what a stop may do, the end of a motion may do.
        jerk: Shape (n,), rad/s³.
    """

    def __init__(self, speeding_up: ArrayLike, slowing_down: ArrayLike, jerk: ArrayLike) -> None:
        self._rates = tuple(
            zip(np.asarray(speeding_up).tolist(), np.asarray(slowing_down).tolist(), strict=True)
        )
        count = len(self._rates)
        self._ruckig = Ruckig(count)
        self._input = InputParameter(count)
        self._input.control_interface = ControlInterface.Velocity
        self._input.synchronization = Synchronization.Phase
        self._input.max_jerk = np.asarray(jerk).tolist()
        self._input.target_acceleration = [0.0] * count

    def plan(self, start: JointMotion, velocities: Array) -> Trajectory | None:
        """The motion from `start` to `velocities` [rad/s], shape (n,).

        Returns:
            Evaluate it with `motion_at`; None if the numbers allow none.
        """
        trajectory = Trajectory(len(velocities))
        given = self._input
        given.current_position = start.positions.tolist()
        given.current_velocity = speeds = start.velocities.tolist()
        given.current_acceleration = start.accelerations.tolist()
        given.target_velocity = velocities.tolist()
        pairs = tuple(zip(speeds, self._rates, strict=True))
        given.max_acceleration = [down if v < 0.0 else up for v, (up, down) in pairs]
        given.min_acceleration = [-down if v > 0.0 else -up for v, (up, down) in pairs]
        try:
            result = self._ruckig.calculate(given, trajectory)
        except (RuckigError, ValueError):
            # The first of numbers that are not finite; the second of a motion that would take
            # hours, whose result code has no name in Python.
            return None
        return trajectory if result in (Result.Working, Result.Finished) else None


def motion_at(trajectory: Trajectory, time: float) -> JointMotion:
    """Evaluate a trajectory `time` seconds after its start; it goes on as it ends."""
    positions, velocities, accelerations = trajectory.at_time(time)
    return JointMotion(readonly(positions), readonly(velocities), readonly(accelerations))
