# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Cartesian target: commanded displacements joined into one path of steady speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose, readonly
from octo_ros.safety.twist import difference, length, turn, turn_rpy

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.types import Command

RESTING = 1e-6
"""A command whose six numbers are all below this asks for no motion [m, rad]."""

ROUNDING = 1e-9
"""What is left of a backlog after its last period, in periods, is rounding."""


class CartesianReference:
    """Where the TCP should be now, and where the accepted commands will bring it.

    A command displaces the goal, not the measured pose, so that errors of following do not add up.
    The setpoint moves on a straight line, at constant speed and rate of turn, and reaches the goal
    when the durations of all commands are over. A stream of equal commands therefore gives a
    constant velocity, however early or late each of them arrives within the time that the one
    before it takes.

    Args:
        lower: Corner of the workspace, shape (3,), m, base frame; the goal is put inside.
        upper: Opposite corner, shape (3,), m.
        start: Where the TCP is.

    Attributes:
        setpoint: Pose in the base frame.
        goal: Pose in the base frame.
        backlog: Time until the setpoint reaches the goal [s].
        error: From the TCP to the setpoint after the last tick, shape (6,): translation [m],
            rotation vector [rad], base axes.
        moving: Whether the last command asked for motion.
    """

    def __init__(self, lower: ArrayLike, upper: ArrayLike, start: Pose) -> None:
        self._lower: list[float] = readonly(lower, (3,)).tolist()
        self._upper: list[float] = readonly(upper, (3,)).tolist()
        self.restart(start)

    def restart(self, tcp: Pose) -> None:
        """Forget all commands and rest at `tcp`."""
        self.setpoint = tcp
        self.goal = tcp
        self.backlog = 0.0
        self.error = np.zeros(6)
        self.moving = False
        # Velocity of the setpoint and its turn in one period; None when they have to be computed.
        self._line: tuple[Array, Array] | None = None

    def extend(self, command: Command) -> bool:
        """Append a command that passed the checks.

        Returns:
            Whether the goal was outside the workspace and was put on its wall.
        """
        rotation = command.rotation.tolist()
        wanted = self.goal.position + command.translation
        inside = self._inside(wanted)
        self.goal = Pose(inside, turn_rpy(*rotation) @ self.goal.rotation)
        self.backlog += command.duration
        self._line = None
        self.moving = max(map(abs, (*command.translation.tolist(), *rotation))) > RESTING
        return inside is not wanted

    def advance(self, dt: float) -> Array:
        """Move the setpoint on by one period.

        Returns:
            The velocity with which it moved, shape (6,): linear [m/s], then angular [rad/s], base
            axes.
        """
        if self.backlog <= 0.0:
            return np.zeros(6)
        if self.backlog <= dt * (1.0 + ROUNDING):
            velocity = difference(self.setpoint, self.goal) / dt
            self.setpoint, self.backlog, self._line = self.goal, 0.0, None
            return velocity
        if self._line is None:
            velocity = difference(self.setpoint, self.goal) / self.backlog
            self._line = velocity, turn(*(dt * velocity[3:]).tolist())
        velocity, turned = self._line
        here = self.setpoint
        self.setpoint = Pose(here.position + dt * velocity[:3], turned @ here.rotation)
        self.backlog -= dt
        return velocity

    def leash(self, tcp: Pose, linear: float, angular: float) -> None:
        """Keep the setpoint, and the goal with it, near a TCP that could not follow (anti-windup).

        Without it a blocked arm would have to be called back by as much as it was sent too far.

        Args:
            tcp: Where the TCP went in this tick.
            linear: Longest allowed distance [m].
            angular: Largest allowed angle [rad].
        """
        self.error = difference(tcp, self.setpoint)
        x, y, z, roll, pitch, yaw = self.error.tolist()
        distance, angle = length(x, y, z), length(roll, pitch, yaw)
        if distance <= linear and angle <= angular:
            return
        shift = self.error.copy()
        shift[:3] *= max(0.0, 1.0 - linear / distance) if distance else 0.0
        shift[3:] *= max(0.0, 1.0 - angular / angle) if angle else 0.0
        self.error = self.error - shift
        self.setpoint = _moved(self.setpoint, -shift)
        goal = _moved(self.goal, -shift)
        self.goal = Pose(self._inside(goal.position), goal.rotation)
        self._line = None

    def _inside(self, position: Array) -> Array:
        """`position` itself if it is in the box, which is widened to hold the setpoint."""
        wanted: list[float] = position.tolist()
        here = self.setpoint.position.tolist()
        box = zip(wanted, here, self._lower, self._upper, strict=True)
        inside = [max(min(low, at), min(max(high, at), x)) for x, at, low, high in box]
        return position if inside == wanted else np.array(inside)


def _moved(pose: Pose, step: Array) -> Pose:
    """`pose` displaced by a `difference`."""
    return Pose(pose.position + step[:3], turn(*step[3:].tolist()) @ pose.rotation)
