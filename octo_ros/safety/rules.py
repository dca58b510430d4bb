# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All limits of one robot, as constraints on the next velocities and on a whole way to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.robots.model import load_robot_model
from octo_ros.safety.approach import Approach
from octo_ros.safety.limits.collision import CollisionLimit
from octo_ros.safety.limits.joint_position import JointPositionLimit
from octo_ros.safety.limits.joint_velocity import JointVelocityLimit
from octo_ros.safety.limits.planes import PlanesLimit
from octo_ros.safety.limits.singularity import SingularityLimit
from octo_ros.safety.limits.tcp_speed import TcpSpeedLimit
from octo_ros.safety.limits.tilt import TiltLimit
from octo_ros.safety.limits.workspace import WorkspaceLimit
from octo_ros.safety.solver import Objective
from octo_ros.safety.verification import StopVerification
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.collision.group import Contact
    from octo_ros.safety.collision.world import CollisionWorld
    from octo_ros.safety.limits.limit import Configuration, Constraint, Limit


class MotionRules:
    """The limits of a contract; the list of them is the order in which bounds win.

    Args:
        embodiment: The robot's contract.
        kinematics: Of the arm.
        world: What it can hit.

    Attributes:
        tcp_speed: The limit whose constraint depends on the solution.
        verification: Of ways to rest.
    """

    def __init__(
        self, embodiment: Embodiment, kinematics: Kinematics, world: CollisionWorld
    ) -> None:
        limits = embodiment.limits
        self._kinematics = kinematics
        self._world = world
        dt = 1.0 / embodiment.timing.control_rate
        approach = Approach.for_limits(limits, dt)
        lower = np.add(limits.position_min, limits.position_margin)
        upper = np.subtract(limits.position_max, limits.position_margin)
        self.tcp_speed = TcpSpeedLimit(limits.linear_speed, limits.angular_speed)
        self._singularity = SingularityLimit(limits.singularity)
        self._collision = CollisionLimit(approach)
        # What a joint may gain in one period.
        self._gain = dt * np.array(limits.acceleration)
        tilt = None
        if limits.tilt_cone is not None:
            axis = load_robot_model(embodiment).approach_axis
            tilt = TiltLimit(limits.tilt_cone, axis, approach)
        self._limits: tuple[Limit, ...] = (
            JointVelocityLimit(limits.velocity),
            JointPositionLimit(lower, upper, approach),
            WorkspaceLimit(limits.workspace_min, limits.workspace_max, approach),
            *((PlanesLimit(limits.planes, approach),) if limits.planes else ()),
            *((tilt,) if tilt is not None else ()),
            self.tcp_speed,
        )
        self.verification = StopVerification(limits, dt, kinematics, world, tilt)

    def contacts(self, positions: Array, velocities: Array) -> tuple[float, list[Contact]]:
        """The least room to any body [m], and the pairs that may have to be slowed now."""
        fastest = np.abs(velocities) + self._gain
        return self._world.contacts(positions, fastest, self._collision.relevant_room)

    def objective(
        self, configuration: Configuration, twist: Array
    ) -> tuple[Objective, frozenset[SafetyCode]]:
        """What joint velocities should minimise, and whether it is damped.

        Args:
            configuration: Where the arm is.
            twist: Wanted of the TCP, shape (6,): m/s, then rad/s, base axes.
        """
        weights = self._singularity.weights
        damping = self._singularity.damping(configuration.jacobian)
        objective = Objective(weights[:, None] * configuration.jacobian, weights * twist, damping)
        codes = {SafetyCode.LIMITED_BY_SINGULARITY} if damping > 0.0 else set()
        return objective, frozenset(codes)

    def constraints(self, configuration: Configuration) -> list[Constraint]:
        """What all limits but that on singularities say in the coming tick."""
        constraints = [limit.constraint(configuration) for limit in self._limits]
        if configuration.contacts:
            constraints.append(self._collision.constraint(configuration))
        return constraints

    def singularities(self, configuration: Configuration) -> list[Constraint]:
        """What keeps a hand from singularities; commanded joints pass them without harm."""
        if not self._singularity.near(configuration.jacobian):
            return []
        return [self._singularity.constraint(configuration)]

    def smallest_singular_value(self, positions: Array) -> float:
        """Of the weighed Jacobian at `positions` [rad], shape (n,)."""
        return self._singularity.smallest(self._kinematics.jacobian(positions))
