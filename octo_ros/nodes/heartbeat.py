# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter's sign of life, for `octo_watchdog`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from std_msgs.msg import UInt64

from octo_ros.nodes import qos

if TYPE_CHECKING:
    from rclpy.node import Node

HEARTBEAT_TOPIC = 'octo_safety/heartbeat'
HEARTBEAT_RATE = 50.0


class Heartbeat:
    """Publishes how many ticks the filter has done since its start, 50 times per second.

    Sent from the tick itself, at its end: nothing but a whole tick makes the number increase.

    Args:
        node: The safety filter node.
        control_rate: Its ticks per second [Hz].
    """

    def __init__(self, node: Node, control_rate: float) -> None:
        self._publisher = node.create_publisher(UInt64, '~/heartbeat', qos.HEARTBEAT)
        self._every = max(1, round(control_rate / HEARTBEAT_RATE))
        self._calls = 0
        self._ticks = 0

    def tick(self, *, active: bool) -> None:
        """Once per period: a tick was done, or there was none to do because it is inactive."""
        self._calls += 1
        self._ticks += active
        if self._calls % self._every == 0:
            self._publisher.publish(UInt64(data=self._ticks if active else 0))

    def rest(self) -> None:
        """Say at once that the filter sends nothing any more: it may be about to leave."""
        self._publisher.publish(UInt64(data=0))
