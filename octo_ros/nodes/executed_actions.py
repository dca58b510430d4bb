# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`~/executed_action` and `~/executed_joint_target`: what became of every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import array_from_vector, time_message, vector_message
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros_msgs.msg import EndEffectorDelta, ExecutedAction, ExecutedJointTarget

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.geometry import Array
    from octo_ros.nodes.command_input import Received
    from octo_ros.safety.verdict import Verdict
    from octo_ros.types import SafeCommand

# Nothing of the displacement is lost: a step in speed takes a few ticks, and when the time-out
# stops the arm, all that was asked for has been done.
HARMLESS = {
    SafetyCode.OK,
    SafetyCode.LIMITED_BY_ACCELERATION,
    SafetyCode.LIMITED_BY_LATE_TICK,
    SafetyCode.STOP_COMMAND_TIMEOUT,
}


class _Execution:
    """What the reference did between the decision about a command and the next one."""

    def __init__(self, decided_ns: int, received: Received, verdict: Verdict) -> None:
        self.decided_ns = decided_ns
        self.message = received.message
        self.verdict = verdict
        self.moved = Pose.from_xyz_rpy()
        self.newest: SafeCommand | None = None
        self.worst: SafetyCode | None = None

    def add(self, safe: SafeCommand) -> None:
        """Add one tick."""
        self.moved = self.moved.displaced(safe.executed_translation, safe.executed_rotation)
        self.newest = safe
        for code in safe.reasons:
            # What was refused is another command.
            if code not in HARMLESS and not code.name.startswith('REJECTED_'):
                self.worst = code
                break

    @property
    def limited(self) -> bool:
        """Whether something of the command was not made."""
        return self.verdict.code is not SafetyCode.OK or self.worst is not None


class ExecutedActions:
    """Follows each accepted command until the next, and reports it; refusals at once.

    Args:
        node: The safety filter node.
        base_frame: Of the arm.

    Attributes:
        accepted: Commands accepted since start.
        limited: Those of them that were executed in part.
        refused: Commands refused since start.
        requested: Translation [m] and rotation [rad] that the last command which is over asked
            for, shape (6,).
        executed: What was made of it, shape (6,).
    """

    requested: Array
    executed: Array

    def __init__(self, node: Node, base_frame: str) -> None:
        self._base_frame = base_frame
        self._open: _Execution | None = None
        self.accepted = self.limited = self.refused = 0
        self.requested = self.executed = np.zeros(6)
        self._actions = node.create_publisher(ExecutedAction, '~/executed_action', qos.DECISIONS)
        self._targets = node.create_publisher(
            ExecutedJointTarget, '~/executed_joint_target', qos.DECISIONS
        )

    def judged(self, now_ns: int, received: Received, verdict: Verdict) -> None:
        """Take note of a decision: refusals are reported now, the rest once it is executed."""
        if verdict.command is None:
            self.refuse(now_ns, received, verdict.code, received.problem or verdict.text)
            return
        self.finish()
        self.accepted += 1
        self._open = _Execution(now_ns, received, verdict)

    def refuse(self, now_ns: int, received: Received, code: SafetyCode, text: str) -> None:
        """Report a command that is not executed."""
        self.refused += 1
        message = self._message(now_ns, received.message, code, text)
        message.decision = ExecutedAction.REFUSED
        self._publish(message)

    def ticked(self, safe: SafeCommand) -> None:
        """Add the motion of one tick to the command that is being executed."""
        if self._open is None:
            return
        self._open.add(safe)
        if safe.state is not SafetyState.RUN:
            self.finish()

    def finish(self) -> None:
        """Report what became of the last accepted command: all motion until now."""
        done, self._open = self._open, None
        if done is None:
            return
        self.limited += done.limited
        code, text = done.verdict.code, done.verdict.text
        if code is SafetyCode.OK and done.worst is not None:
            code, text = done.worst, done.worst.value
        message = self._message(done.decided_ns, done.message, code, text)
        message.decision = ExecutedAction.LIMITED if done.limited else ExecutedAction.ACCEPTED
        message.translation = vector_message(done.moved.position)
        message.rotation = vector_message(done.moved.rpy)
        if done.newest is not None:
            message.gripper = float(done.newest.gripper)
            if isinstance(message, ExecutedJointTarget):
                message.joint_names = list(done.newest.joint_names)
                message.positions = done.newest.positions.tolist()
        self._note(done)
        self._publish(message)

    def _note(self, done: _Execution) -> None:
        self.executed = np.concatenate([done.moved.position, done.moved.rpy])
        self.requested = np.zeros(6)
        if isinstance(done.message, EndEffectorDelta):
            asked = (done.message.translation, done.message.rotation)
            self.requested = np.concatenate([array_from_vector(vector) for vector in asked])

    def _message(
        self, now_ns: int, requested: object, code: SafetyCode, text: str
    ) -> ExecutedAction | ExecutedJointTarget:
        kind = ExecutedAction if isinstance(requested, EndEffectorDelta) else ExecutedJointTarget
        message = kind(requested=requested, code=code.name, reason=text)
        message.header.stamp = time_message(now_ns)
        message.header.frame_id = self._base_frame
        return message

    def _publish(self, message: ExecutedAction | ExecutedJointTarget) -> None:
        joints = isinstance(message, ExecutedJointTarget)
        (self._targets if joints else self._actions).publish(message)
