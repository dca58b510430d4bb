# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the accepted commands ask of the arm, of whichever kind they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.closing import Closing
from octo_ros.safety.joint_reference import JointReference
from octo_ros.safety.joint_servo import JointServo
from octo_ros.safety.reference import CartesianReference
from octo_ros.safety.servo import CartesianServo
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.motion import Motion
    from octo_ros.safety.verdict import AnyCommand


class MotionTarget:
    """Joins commands of one kind, displacements or joint positions, and drives the motion there.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
        motion: The joint reference, at rest.

    Attributes:
        kind: Of the last accepted command; displacements at first.
    """

    kind: type[AnyCommand]

    def __init__(self, limits: Limits, dt: float, motion: Motion) -> None:
        self._limits = limits
        self._dt = dt
        self._joint_speeds = np.array(limits.velocity)
        closing = Closing(limits, dt)
        self._servo = CartesianServo(limits, closing)
        self._joint_servo = JointServo(limits, closing)
        self._cartesian = CartesianReference(
            limits.workspace_min, limits.workspace_max, motion.tcp
        )
        self._joints = JointReference(motion.positions)
        self._duration = 0.0
        self._motion = motion
        self.kind = Command

    @property
    def backlog(self) -> float:
        """Time until all that was asked for should be done [s]."""
        return self._active.backlog

    @property
    def reached(self) -> bool:
        """Whether all that was asked for is over, and the reference as good as stands still."""
        return self._active.backlog <= 0.0 and self._motion.calm

    @property
    def moving(self) -> bool:
        """Whether the last command asked for motion."""
        return self._active.moving

    @property
    def joint_goal(self) -> Array:
        """Where joint commands so far lead, shape (n,), rad."""
        return self._joints.goal if self.kind is JointCommand else self._motion.positions

    def restart(self) -> None:
        """Forget all commands: the motion came to rest."""
        self._cartesian.restart(self._motion.tcp)
        self._joints.restart(self._motion.positions)

    def extend(self, command: AnyCommand) -> frozenset[SafetyCode]:
        """Append a command that passed the checks; its kind may only change at rest.

        Returns:
            How its goal had to be changed.
        """
        if not isinstance(command, self.kind):
            self.restart()
        self.kind = type(command)
        self._duration = command.duration
        if isinstance(command, JointCommand):
            self._joints.extend(command)
        elif self._cartesian.extend(command):
            return frozenset({SafetyCode.PROJECTED_ON_WORKSPACE})
        return frozenset()

    def brake(self) -> frozenset[SafetyCode]:
        """Make one period of the stop; the target waits, and is followed again afterwards."""
        codes = self._motion.brake()
        self._leash()
        return codes

    def step(self) -> frozenset[SafetyCode]:
        """Make one period of motion after the target.

        Returns:
            What limited it; STOP_SOLVER or STOP_OUTPUT among it if the motion gave up.
        """
        if self.kind is JointCommand:
            return self._step_joints()
        error, feed_forward = self._cartesian.error, self._cartesian.advance(self._dt)
        codes = self._motion.follow(self._servo.twist(error, feed_forward))
        self._leash()
        return codes

    def _step_joints(self) -> frozenset[SafetyCode]:
        error, feed_forward = self._joints.error, self._joints.advance(self._dt)
        codes = self._motion.follow_joints(self._joint_servo.velocities(error, feed_forward))
        self._leash()
        return codes

    def _leash(self) -> None:
        """Keep the setpoint near the arm: no farther than one command at full speed leads."""
        if self.kind is JointCommand:
            self._joints.leash(self._motion.positions, self._duration * self._joint_speeds)
            return
        linear = self._limits.linear_speed * self._duration
        angular = self._limits.angular_speed * self._duration
        self._cartesian.leash(self._motion.tcp, linear, angular)

    @property
    def _active(self) -> CartesianReference | JointReference:
        return self._joints if self.kind is JointCommand else self._cartesian
