# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint reference and the ways it may move: after the Cartesian target, or to rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.limits.joint_acceleration import JointAccelerationLimit
from octo_ros.safety.limits.joint_position import JointPositionLimit
from octo_ros.safety.limits.joint_velocity import JointVelocityLimit
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.limits.tcp_speed import TcpSpeedLimit
from octo_ros.safety.limits.workspace import WorkspaceLimit
from octo_ros.safety.singularity import damping
from octo_ros.safety.solver import Objective, Solution, solve
from octo_ros.safety.stop import StraightStop
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.limits.limit import Limit

ROTATION_LENGTH = 0.3
"""Turning by 1 rad weighs as much as moving by this many metres: about the reach of a hand."""

MAX_CUTS = 3
"""Cuts until the TCP is slow enough; one does unless limits contradict each other."""

_REST = 1e-9  # rad/s: below it a joint stands


class Motion:
    """The joint reference: positions and velocities of the last tick, and the limits on the next.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
        kinematics: Of the arm.
        positions: Where the arm rests, shape (n,), rad.

    Attributes:
        positions: Shape (n,), rad.
        velocities: Shape (n,), rad/s.
        tcp: Pose of the TCP at `positions`, base frame.
    """

    def __init__(
        self, limits: Limits, dt: float, kinematics: Kinematics, positions: Array
    ) -> None:
        self._kinematics = kinematics
        self._dt = dt
        self._stop = StraightStop(limits.braking, dt)
        margin = limits.position_margin
        lower = np.add(limits.position_min, margin)
        upper = np.subtract(limits.position_max, margin)
        self._tcp_speed = TcpSpeedLimit(limits.linear_speed, limits.angular_speed)
        self._limits: tuple[Limit, ...] = (
            JointAccelerationLimit(limits.acceleration, limits.braking, dt),
            JointPositionLimit(lower, upper, limits.braking, dt),
            JointVelocityLimit(limits.velocity),
            WorkspaceLimit(limits.workspace_min, limits.workspace_max, self._stop, dt),
            self._tcp_speed,
        )
        self._weights = np.array([1.0] * 3 + [ROTATION_LENGTH] * 3)
        self.move_to(readonly(positions), np.zeros(len(positions)))

    @property
    def at_rest(self) -> bool:
        """Whether the reference stands still."""
        return not self.velocities.any()

    def follow(self, twist: Array) -> Solution | None:
        """Joint velocities that come nearest to a velocity of the TCP.

        Args:
            twist: Shape (6,): m/s, then rad/s, base axes.

        Returns:
            None if the solver failed.
        """
        configuration = self._configuration()
        matrix = self._weights[:, None] * configuration.jacobian
        objective = Objective(matrix, self._weights * twist, damping(matrix))
        solution = self._solve(configuration, objective)
        if solution is None or objective.damping == 0.0:
            return solution
        return replace(solution, codes=solution.codes | {SafetyCode.LIMITED_BY_SINGULARITY})

    def brake(self) -> Solution | None:
        """Joint velocities of the straight stop, bent only where a limit is in the way.

        Returns:
            None if the solver failed; then `brake_blindly`.
        """
        target = self._stop.next(self.velocities)
        return self._solve(self._configuration(), Objective(np.eye(len(target)), target))

    def brake_blindly(self) -> Array:
        """Joint velocities of the straight stop, shape (n,), rad/s, whatever is in the way."""
        return self._stop.next(self.velocities)

    def ahead(self, velocities: Array) -> Array:
        """Positions after one period at `velocities`, shape (n,), rad."""
        positions: Array = self.positions + velocities * self._dt
        return positions

    def move_to(self, positions: Array, velocities: Array) -> None:
        """Make `positions` the reference, reached at `velocities`."""
        self.positions, self.velocities = positions, velocities
        self.tcp = self._kinematics.tcp_pose(positions)

    def _configuration(self) -> Configuration:
        middle = self.positions + 0.5 * self._dt * self.velocities
        jacobian = self._kinematics.jacobian(middle)
        return Configuration(self.positions, self.velocities, self.tcp, jacobian)

    def _solve(self, configuration: Configuration, objective: Objective) -> Solution | None:
        """Solve within all limits, and again while the TCP is too fast, cutting that off."""
        constraints = [limit.constraint(configuration) for limit in self._limits]
        solution = solve(objective, constraints)
        for _ in range(MAX_CUTS):
            if solution is None:
                return None
            cut = self._tcp_speed.excess(configuration, solution.velocities)
            if cut is None:
                break
            constraints.append(cut)
            solution = solve(objective, constraints)
        if solution is None or np.abs(solution.velocities).max() > _REST:
            return solution
        return replace(solution, velocities=np.zeros_like(solution.velocities))
