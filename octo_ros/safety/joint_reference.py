# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint target: commanded positions joined into one path of steady speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.types import JointCommand

RESTING = 1e-6
"""A command that asks for less than this of every joint asks for no motion [rad]."""

ROUNDING = 1e-9
"""What is left of a backlog after its last period, in periods, is rounding."""


class JointReference:
    """Where the joints should be now, and where the accepted commands will bring them.

    The setpoint moves on a straight line in joint space, at constant speed, and reaches the goal
    when the durations of all commands are over, as that of `CartesianReference` does. A command
    names its goal itself, so what an earlier one missed is made up for by the next.

    Args:
        start: Where the joints rest, shape (n,), rad.

    Attributes:
        setpoint: Shape (n,), rad.
        goal: Shape (n,), rad.
        backlog: Time until the setpoint reaches the goal [s].
        error: From the joints to the setpoint after the last tick, shape (n,), rad.
        moving: Whether the last command asked for motion.
    """

    def __init__(self, start: Array) -> None:
        self.restart(start)

    def restart(self, positions: Array) -> None:
        """Forget all commands and rest at `positions`, shape (n,), rad."""
        self.setpoint = positions
        self.goal = positions
        self.backlog = 0.0
        self.error = np.zeros(len(positions))
        self.moving = False

    def extend(self, command: JointCommand) -> None:
        """Append a command that passed the checks, its joints in the embodiment's order."""
        self.moving = bool(np.abs(command.positions - self.goal).max() > RESTING)
        self.goal = command.positions
        self.backlog += command.duration

    def advance(self, dt: float) -> Array:
        """Move the setpoint on by one period.

        Returns:
            The velocity with which it moved, shape (n,), rad/s.
        """
        if self.backlog <= 0.0:
            return np.zeros(len(self.goal))
        step: Array = self.goal - self.setpoint
        if self.backlog <= dt * (1.0 + ROUNDING):
            self.setpoint, self.backlog = self.goal, 0.0
            return step / dt
        step = step * (dt / self.backlog)
        self.setpoint = self.setpoint + step
        self.backlog -= dt
        return step / dt

    def leash(self, positions: Array, longest: Array) -> None:
        """Keep the setpoint, and the goal with it, near joints that could not follow.

        Args:
            positions: Where the joints went in this tick, shape (n,), rad.
            longest: Longest allowed distance of each joint, shape (n,), rad.
        """
        offset = self.setpoint - positions
        excess = float((np.abs(offset) / longest).max())
        if excess > 1.0:
            shift = offset * (1.0 - 1.0 / excess)
            self.setpoint = self.setpoint - shift
            self.goal = self.goal - shift
            offset = offset - shift
        self.error = offset
