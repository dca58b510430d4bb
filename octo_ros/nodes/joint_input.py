# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The newest joint state of the robot, and what was wrong with the last message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensor_msgs.msg import JointState as JointStateMsg

from octo_ros.errors import ObservationError
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import joint_state_from_message

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment
    from octo_ros.types import JointState


class JointInput:
    """Subscribes to the joint states.

    Args:
        node: The safety filter node.
        embodiment: The robot.

    Attributes:
        newest: The last complete joint state, however old; None before the first.
    """

    newest: JointState | None

    def __init__(self, node: Node, embodiment: Embodiment) -> None:
        self._node = node
        self._embodiment = embodiment
        self._received_ns = 0
        self._problem = ''
        self.newest = None
        topic = embodiment.joint_states.topic
        node.create_subscription(JointStateMsg, topic, self._on_joints, qos.JOINT_STATES)

    def fresh(self) -> JointState | None:
        """The newest joint state if it was measured, and came, within the contract's `max_age`."""
        if self.newest is None:
            return None
        age_ns = self._now() - min(self._received_ns, self.newest.stamp_ns)
        return self.newest if age_ns <= self._embodiment.joint_states.max_age * 1e9 else None

    def missing(self) -> str | None:
        """Why there is no fresh joint state, as a sentence; None if there is one."""
        if self._problem:
            return self._problem
        if self.fresh() is not None:
            return None
        source = self._embodiment.joint_states
        return (
            f'No joint states on {source.topic} within {source.max_age:g} s '
            f'({self._node.count_publishers(source.topic)} publishers): is the driver running?'
        )

    def _on_joints(self, message: JointStateMsg) -> None:
        now_ns = self._now()
        try:
            self.newest = joint_state_from_message(message, self._embodiment, now_ns)
        except ObservationError as error:
            # The old state ages until the filter stops; the sentence tells why.
            self._problem = str(error)
            self._node.get_logger().error(self._problem, throttle_duration_sec=1.0)
            return
        self._problem = ''
        self._received_ns = now_ns

    def _now(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
