# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What outside of the safety filter keeps the arm from moving, gathered once per tick."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from std_msgs.msg import Bool

from octo_ros.nodes import qos
from octo_ros.nodes.robot_status import make_robot_status
from octo_ros.safety.locks import LockMonitor
from octo_ros.types import Locks

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node

    from octo_ros.drivers import Driver
    from octo_ros.embodiment import Embodiment
    from octo_ros.safety_codes import SafetyCode


class SafetyLocks:
    """Subscribes to the contract's locks and to the robot's own status.

    Args:
        node: The safety filter node.
        embodiment: The robot.
        driver: The one of its drivers that is commanded.
        clock: Time that never jumps [ns]: a lock's lease must not grow when the clock is set.

    Attributes:
        newest: What `look` answered last.
    """

    newest: Locks

    def __init__(
        self, node: Node, embodiment: Embodiment, driver: Driver, clock: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._monitor = LockMonitor(embodiment, clock())
        self._status = make_robot_status(node, embodiment, driver)
        self.newest = Locks(robot_fault='The status of the robot has not been looked at yet.')
        for name, source in embodiment.locks.items():
            node.create_subscription(Bool, source.topic, self._listener(name), qos.LOCKS)

    def look(self, cause: SafetyCode | None, text: str = '') -> Locks:
        """What holds now; to be called once per tick, also while the filter is inactive.

        Args:
            cause: A cause to stop that the caller found; None if there is none.
            text: What is to be said about it.
        """
        now_ns = self._clock()
        locks = self._monitor.locks(now_ns)
        fault = self._status.fault(now_ns)
        self.newest = replace(locks, robot_fault=fault, cause=cause, cause_text=text)
        return self.newest

    def missing(self) -> str | None:
        """What has to be released before the filter can begin; None if nothing."""
        names = (*self.newest.latched, *self.newest.held)
        if names:
            return f'Locked by {", ".join(names)}: set, or silent. Release it to begin.'
        return self.newest.robot_fault or None

    def close(self) -> None:
        """Leave the robot's status."""
        self._status.close()

    def _listener(self, name: str) -> Callable[[Bool], None]:
        def heard(message: Bool) -> None:
            self._monitor.heard(name, self._clock(), bool(message.data))

        return heard
