# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Motion that commits its own steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.motion import Motion
from octo_ros.safety.output import OutputCheck
from octo_ros.safety.solver import Objective
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose
    from octo_ros.limits import Limits
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.solver import Solution


class CommittedMotion:
    """The joint reference, one committed step at a time.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
        kinematics: Of the arm.
        positions: Where the arm rests, shape (n,), rad.
    """

    def __init__(
        self, limits: Limits, dt: float, kinematics: Kinematics, positions: Array
    ) -> None:
        self._motion = Motion(limits, dt, kinematics, positions)
        self._output = OutputCheck(limits, dt)

    @property
    def positions(self) -> Array:
        """Shape (n,), rad."""
        return self._motion.positions

    @property
    def velocities(self) -> Array:
        """Shape (n,), rad/s."""
        return self._motion.velocities

    @property
    def tcp(self) -> Pose:
        """Pose of the TCP, base frame."""
        return self._motion.tcp

    @property
    def at_rest(self) -> bool:
        """Whether the reference stands still."""
        return self._motion.at_rest

    def follow(self, twist: Array) -> frozenset[SafetyCode]:
        """Make the step that comes nearest to a velocity of the TCP, shape (6,)."""
        return self._commit(self._motion.follow(twist))

    def follow_joints(self, velocities: Array) -> frozenset[SafetyCode]:
        """Make the step that comes nearest to joint velocities, shape (n,), rad/s."""
        motion = self._motion
        objective = Objective(np.eye(len(velocities)), velocities)
        return self._commit(motion._solve(motion._configuration(), objective))

    def brake(self) -> frozenset[SafetyCode]:
        """Make one step of the stop."""
        return self._commit(self._motion.brake())

    def _commit(self, solution: Solution | None) -> frozenset[SafetyCode]:
        motion = self._motion
        codes = frozenset({SafetyCode.STOP_SOLVER}) if solution is None else solution.codes
        velocities = motion.brake_blindly() if solution is None else solution.velocities
        positions = motion.ahead(velocities)
        if self._output.problem(positions, motion.positions, motion.velocities) is not None:
            positions, velocities = motion.positions, np.zeros_like(velocities)
            codes = codes | {SafetyCode.STOP_OUTPUT}
        motion.move_to(positions, velocities)
        return codes
