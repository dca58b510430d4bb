# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter's sign of life, for `octo_watchdog`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from std_msgs.msg import UInt64

from octo_ros.nodes import qos

if TYPE_CHECKING:
    from rclpy.node import Node

HEARTBEAT_TOPIC = 'octo_safety/heartbeat'
HEARTBEAT_RATE = 50.0
SENDER_BITS = 31


class Heartbeat:
    """Publishes how many ticks the filter has done since its start, 50 times per second.

    The upper half of the number tells this process from others: an idle second filter must not
    be taken for this one.

    Sent from the tick itself, at its end: nothing but a whole tick makes the number increase.

    Args:
        node: The safety filter node.
        control_rate: Its ticks per second [Hz].
    """

    def __init__(self, node: Node, control_rate: float) -> None:
        self._publisher = node.create_publisher(UInt64, '~/heartbeat', qos.HEARTBEAT)
        self._every = max(1, round(control_rate / HEARTBEAT_RATE))
        self._session = secrets.randbits(SENDER_BITS)
        self._calls = 0
        self._ticks = 0

    def tick(self, *, active: bool) -> None:
        """Once per period: a tick was done, or there was none to do because it is inactive."""
        self._calls += 1
        self._ticks += active
        if self._calls % self._every == 0:
            self._say(self._ticks if active else 0)

    def rest(self) -> None:
        """Say at once that the filter sends nothing any more: it may be about to leave."""
        self._say(0)

    def _say(self, count: int) -> None:
        self._publisher.publish(UInt64(data=(self._session << 32) | (count & 0xFFFFFFFF)))


def sender_and_count(data: int) -> tuple[int, int]:
    """What a heartbeat's number says: which process, and how many ticks."""
    return data >> 32, data & 0xFFFFFFFF
