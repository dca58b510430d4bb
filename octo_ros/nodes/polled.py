# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The newest message of a topic, read when it is wanted instead of whenever one comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rclpy.callback_groups import CallbackGroup

from octo_ros.nodes import qos

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rclpy.node import Node
    from rclpy.qos import QoSProfile


class _Never(CallbackGroup):
    """Keeps what belongs to it out of the executor's wait."""

    def can_execute(self, entity: object) -> bool:
        del entity
        return False

    def beginning_execution(self, entity: object) -> bool:
        del entity
        return False

    def ending_execution(self, entity: object) -> None:
        del entity


class Polled:
    """A subscription that wakes nobody.

    In Python every message costs a wake-up and a conversion; of a topic at 1 kHz, of which twenty
    per second are looked at, that would be a core's good part.

    Args:
        node: Who listens.
        kind: Message class.
        topic: Topic name.
        profile: With the default, only the newest is kept, and any publisher will do.
    """

    def __init__(
        self,
        node: Node,
        kind: Any,  # noqa: ANN401
        topic: str,
        profile: QoSProfile = qos.NEWEST,
    ) -> None:
        self._node = node
        self._group = _Never()
        self._depth = profile.depth
        self._subscription = node.create_subscription(
            kind, topic, _unused, profile, callback_group=self._group
        )

    def take(self) -> Any | None:  # noqa: ANN401
        """The oldest message that waits, with the default the newest; None when none does."""
        handle = self._subscription.handle
        with handle:
            taken = handle.take_message(self._subscription.msg_type, False)
        return None if taken is None else taken[0]

    def take_all(self) -> Iterator[Any]:
        """All that wait, oldest first, but no more than the profile keeps."""
        for _ in range(self._depth):
            message = self.take()
            if message is None:
                return
            yield message

    def close(self) -> None:
        """Leave the topic."""
        self._node.destroy_subscription(self._subscription)


def _unused(message: object) -> None:
    del message
