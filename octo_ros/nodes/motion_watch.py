# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Listens to everything that tells how an arm moves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from octo_ros.errors import ObservationError
from octo_ros.nodes.conversions import joint_state_from_message
from octo_ros.nodes.motion_record import MotionRecord
from octo_ros_msgs.msg import EndEffectorDelta, ExecutedAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment

DEPTH = 200


class MotionWatch:
    """Keeps references, joint states and commands of one simulated arm.

    All times are of arrival, on this machine's clock and taken by the middleware's own thread:
    one clock for all of them, whatever is wrong with those of the nodes.

    Args:
        node: Where to listen.
        embodiment: The robot.

    Attributes:
        record: What was seen.
    """

    def __init__(self, node: Node, embodiment: Embodiment) -> None:
        self._embodiment = embodiment
        self.record = MotionRecord()
        arm = embodiment.drivers['sim'].arm
        kind = JointTrajectory if arm.kind == 'joint_trajectory' else Float64MultiArray
        for message, topic, receive in (
            (kind, arm.topic, self._on_reference),
            (JointState, embodiment.joint_states.topic, self._on_joints),
            (EndEffectorDelta, 'octo/action', self._on_command),
            (ExecutedAction, 'octo_safety/executed_action', self._on_executed),
        ):
            node.create_subscription(message, topic, _with_time(receive), QoSProfile(depth=DEPTH))

    def _on_reference(self, message: Any, time: float) -> None:  # noqa: ANN401 - one of two types
        array = isinstance(message, Float64MultiArray)
        positions = message.data if array else message.points[-1].positions
        self.record.references.append((time, np.array(positions)))

    def _on_joints(self, message: JointState, time: float) -> None:
        try:
            joint_state_from_message(message, self._embodiment, 0)
        except ObservationError:
            return  # what the filter cannot read either says nothing about the arm
        arm = [message.name.index(name) for name in self._embodiment.joints]
        speed = max(abs(message.velocity[i]) for i in arm)
        self.record.states.append((time, speed))

    def _on_command(self, message: EndEffectorDelta, time: float) -> None:
        self.record.sent[int(message.seq)] = time

    def _on_executed(self, message: ExecutedAction, time: float) -> None:
        del time
        refused = message.decision == ExecutedAction.REFUSED
        numbers = self.record.refused if refused else self.record.accepted
        numbers.append(int(message.requested.seq))


def _with_time(receive: Callable[[Any, float], None]) -> Callable[..., None]:
    """A callback for a subscription; Humble tells no time of arrival, so there it is now."""
    if not hasattr(Subscription, 'CallbackType'):
        return lambda message: receive(message, time.time())

    def with_info(message: Any, info: dict[str, int]) -> None:  # noqa: ANN401
        receive(message, info['received_timestamp'] * 1e-9)

    return with_info
