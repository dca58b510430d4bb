# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulator's ground truth as it arrives over DDS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.nodes import qos
from octo_ros.nodes.scene_messages import scene_from_message
from octo_ros_msgs.msg import SceneState

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.sim.scene import Scene


class SceneSource:
    """Keeps the newest scene.

    Args:
        node: Who listens.
        topic: Of the robot's scene.
    """

    def __init__(self, node: Node, topic: str) -> None:
        self._message: SceneState | None = None
        node.create_subscription(SceneState, topic, self._receive, qos.STATUS)

    def newest(self) -> Scene | None:
        """The newest scene, or None before the first one."""
        return None if self._message is None else scene_from_message(self._message)

    def _receive(self, message: SceneState) -> None:
        self._message = message
