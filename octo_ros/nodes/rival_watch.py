# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who else commands the arm: two policies, or another node at the driver's topic."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from octo_ros.errors import RosError
from octo_ros.nodes.command_input import ACTION_TOPIC, JOINT_TOPIC
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from rclpy.node import Node

# Discovery of a running filter takes up to three seconds on a busy machine.
SEARCH = 3.0
NEWCOMER = 10.0
LEASE = 'A process that was killed counts until the middleware forgets it, after up to 20 s.'


class RivalWatch:
    """Looks for other publishers, before this filter commands the arm and ever after.

    Args:
        node: The safety filter node.
        arm_topic: Where the arm's driver listens.

    Attributes:
        cause: The cause to stop while there is a rival; None otherwise.
        text: Who it is, and what to do; empty while there is none.
    """

    cause: SafetyCode | None
    text: str

    def __init__(self, node: Node, arm_topic: str) -> None:
        self._node = node
        self._arm_topic = arm_topic
        self._search_deadline = time.monotonic() + SEARCH
        self._began = 0.0
        self._clear()

    def missing(self) -> str | None:
        """What to wait for before this node may become the arm's publisher.

        Raises:
            RosError: Somebody else commands the arm.
        """
        if self._node.count_publishers(self._arm_topic) > 0:
            raise RosError(self._taken())
        if time.monotonic() < self._search_deadline:
            return f'Looking for another publisher on {self._arm_topic}.'
        return None

    def still_there(self) -> str | None:
        """What to wait for before this node, the arm's publisher already, may command it again."""
        self.look()
        return self.text or None

    def begin(self) -> None:
        """This node is the arm's publisher from now on."""
        self._began = time.monotonic()
        self._clear()

    def look(self) -> None:
        """Find rivals.

        Raises:
            RosError: The arm had a publisher when this filter began; whoever came last leaves.
        """
        arms = self._node.count_publishers(self._arm_topic)
        if arms > 1 and time.monotonic() - self._began < NEWCOMER:
            raise RosError(self._taken())  # discovery was slower than the search
        commands = sum(self._node.count_publishers(topic) for topic in (ACTION_TOPIC, JOINT_TOPIC))
        if arms <= 1 and commands <= 1:
            self._clear()
            return
        self.cause = SafetyCode.STOP_DUPLICATE_PUBLISHER
        topics = (self._arm_topic,) if arms > 1 else (ACTION_TOPIC, JOINT_TOPIC)
        count = arms if arms > 1 else commands
        self.text = (
            f'{" and ".join(topics)} had {count} publishers: {self._names(*topics)}.'
            f' Leave only one, then reset. {LEASE}'
        )
        self._node.get_logger().error(self.text, throttle_duration_sec=5.0)

    def _clear(self) -> None:
        self.cause, self.text = None, ''

    def _taken(self) -> str:
        return (
            f'{self._arm_topic} already has a publisher ({self._names(self._arm_topic)}): a second'
            f' safety filter would fight with it. Stop the other one first. {LEASE}'
        )

    def _names(self, *topics: str) -> str:
        """Nodes that publish there; this one, where it does, is one of them."""
        infos = [i for topic in topics for i in self._node.get_publishers_info_by_topic(topic)]
        return ', '.join(f'{i.node_namespace.rstrip("/")}/{i.node_name}' for i in infos)
