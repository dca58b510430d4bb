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
CAPACITY = qos.COMMANDS.depth
"""Commands that wait for their tick: as many as come within 0.1 s, one per tick of 100 Hz."""

MAX_JOINTS = 32
MAX_NAME = 256


@dataclass(frozen=True)
class Received:
    """A command and the message that brought it.

    Attributes:
        message: As it came, for the report about it; without what was too long to be sent back.
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
        if self.listening:
            problem = _cut_frame(message)
            self._add(Received(message, command_from_message(message), problem))

    def _on_target(self, message: JointTarget) -> None:
        if self.listening:
            problem = _cut_joints(message) or joint_target_problem(message)
            self._add(Received(message, joint_command_from_message(message), problem))

    def _add(self, received: Received) -> None:
        if len(self._queue) == CAPACITY:
            self._dropped(self._queue.popleft())
        self._queue.append(received)


def _cut_frame(message: EndEffectorDelta | JointTarget) -> str:
    """Cut off a frame that is too long to be one, so that no check takes what is left for it."""
    length = len(message.header.frame_id)
    if length <= MAX_NAME:
        return ''
    message.header.frame_id = f'{message.header.frame_id[:MAX_NAME]}…'
    return f'frame_id has {length} characters; {MAX_NAME} are allowed.'


def _cut_joints(message: JointTarget) -> str:
    """Drop joints that are too many to be looked at, or whose names, or frame, are too long."""
    names, positions = len(message.joint_names), len(message.positions)
    problem = _cut_frame(message)
    if max(names, positions) > MAX_JOINTS:
        problem = (
            f'The joint target has {names} joint_names and {positions} positions;'
            f' {MAX_JOINTS} are allowed.'
        )
    elif any(len(name) > MAX_NAME for name in message.joint_names):
        problem = f'A joint name has more than {MAX_NAME} characters.'
    if problem:
        message.joint_names, message.positions = [], []
    return problem
