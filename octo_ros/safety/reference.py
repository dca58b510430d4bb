# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Cartesian target: commanded displacements joined into one path of steady speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import (
    Pose,
    matrix_from_rotation_vector,
    readonly,
    rotation_vector_from_matrix,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.types import Command

RESTING = 1e-6
"""A command whose six numbers are all below this asks for no motion [m, rad]."""


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
        self._lower = readonly(lower, (3,))
        self._upper = readonly(upper, (3,))
        self.restart(start)

    def restart(self, tcp: Pose) -> None:
        """Forget all commands and rest at `tcp`."""
        self.setpoint = tcp
        self.goal = tcp
        self.backlog = 0.0
        self.error = np.zeros(6)
        self.moving = False

    def extend(self, command: Command) -> bool:
        """Append a command that passed the checks.

        Returns:
            Whether the goal was outside the workspace and was put on its wall.
        """
        wanted = self.goal.displaced(command.translation, command.rotation)
        self.goal = self._inside(wanted)
        self.backlog += command.duration
        asked = (*command.translation.tolist(), *command.rotation.tolist())
        self.moving = max(map(abs, asked)) > RESTING
        return bool(np.abs(self.goal.position - wanted.position).max() > 0.0)

    def advance(self, dt: float) -> Array:
        """Move the setpoint on by one period.

        Returns:
            The velocity with which it moved, shape (6,): linear [m/s], then angular [rad/s], base
            axes.
        """
        if self.backlog <= 0.0:
            return np.zeros(6)
        fraction = min(1.0, dt / self.backlog)
        step = fraction * difference(self.setpoint, self.goal)
        self.backlog = self.backlog - dt if fraction < 1.0 else 0.0
        self.setpoint = self.goal if fraction == 1.0 else _moved(self.setpoint, step)
        return step / dt

    def leash(self, tcp: Pose, linear: float, angular: float) -> None:
        """Keep the setpoint, and the goal with it, near a TCP that could not follow (anti-windup).

        Without it a blocked arm would have to be called back by as much as it was sent too far.

        Args:
            tcp: Where the TCP went in this tick.
            linear: Longest allowed distance [m].
            angular: Largest allowed angle [rad].
        """
        offset = difference(tcp, self.setpoint)
        shift = np.concatenate([_excess(offset[:3], linear), _excess(offset[3:], angular)])
        self.error = offset - shift
        if shift.any():
            self.setpoint = _moved(self.setpoint, -shift)
            self.goal = self._inside(_moved(self.goal, -shift))

    def _inside(self, pose: Pose) -> Pose:
        """`pose` with its position in the box, which is widened to hold the setpoint."""
        here = self.setpoint.position
        lower, upper = np.minimum(self._lower, here), np.maximum(self._upper, here)
        return Pose(np.clip(pose.position, lower, upper), pose.rotation)


def difference(start: Pose, end: Pose) -> Array:
    """From `start` to `end`, shape (6,): translation [m], rotation vector [rad], base axes."""
    turn = rotation_vector_from_matrix(end.rotation @ start.rotation.T)
    return np.concatenate([end.position - start.position, turn])


def _moved(pose: Pose, step: Array) -> Pose:
    """`pose` displaced by a `difference`."""
    turned = matrix_from_rotation_vector(step[3:]) @ pose.rotation
    return Pose(pose.position + step[:3], turned)


def _excess(offset: Array, longest: float) -> Array:
    length = float(np.sqrt(offset @ offset))
    if length <= longest:
        return np.zeros(3)
    return offset * (1.0 - longest / length)
