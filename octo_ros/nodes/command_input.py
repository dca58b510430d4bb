# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands as they arrive: a short queue, of which nothing is lost without a word."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.nodes import qos
from octo_ros.nodes.conversions import (
    command_from_message,
    joint_command_from_message,
    joint_target_problem,
)
from octo_ros_msgs.msg import EndEffectorDelta, JointTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rclpy.node import Node

    from octo_ros.types import Command, JointCommand

ACTION_TOPIC = 'octo/action'
JOINT_TOPIC = 'octo/joint_action'
CAPACITY = 10
"""Commands that wait for their tick: as many as come within 0.1 s, one per tick of 100 Hz."""


@dataclass(frozen=True)
class Received:
    """A command and the message that brought it.

    Attributes:
        message: As it came, for the report about it.
        command: What the safety filter judges.
        problem: What is wrong with the message's form; empty if nothing.
    """

    message: EndEffectorDelta | JointTarget
    command: Command | JointCommand
    problem: str = ''


class CommandInput:
    """Subscribes to displacements and joint targets; hands them out one by one.

    Args:
        node: The safety filter node.
        dropped: Told of every command that had to make room for a newer one.

    Attributes:
        listening: Whether commands are kept; those that come while it is False were sent to a
            filter that is not there.
    """

    def __init__(self, node: Node, dropped: Callable[[Received], None]) -> None:
        self._queue: deque[Received] = deque()
        self._dropped = dropped
        self.listening = False
        node.create_subscription(EndEffectorDelta, ACTION_TOPIC, self._on_action, qos.COMMANDS)
        node.create_subscription(JointTarget, JOINT_TOPIC, self._on_target, qos.COMMANDS)

    def next(self) -> Received | None:
        """The oldest command that waits."""
        return self._queue.popleft() if self._queue else None

    def clear(self) -> Iterator[Received]:
        """Take out all that wait."""
        while self._queue:
            yield self._queue.popleft()

    def _on_action(self, message: EndEffectorDelta) -> None:
        self._add(Received(message, command_from_message(message)))

    def _on_target(self, message: JointTarget) -> None:
        command = joint_command_from_message(message)
        self._add(Received(message, command, joint_target_problem(message)))

    def _add(self, received: Received) -> None:
        if not self.listening:
            return
        if len(self._queue) == CAPACITY:
            self._dropped(self._queue.popleft())
        self._queue.append(received)
