# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether somebody would stop the arm if this filter died: the filter's look at the watchdog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticStatus

from octo_ros.nodes import qos
from octo_ros.safety.watchdog import WatchState

if TYPE_CHECKING:
    from rclpy.node import Node

STATUS_TOPIC = 'octo_watchdog/status'
PATIENCE = 10
"""So many looks in a row have to find the same before it is logged: both start together."""

ABSENT = (
    'No octo_watchdog runs: nobody stops the arm if this filter hangs or dies. Start watchdog_node'
    ' with the same robot and driver.'
)


class WatchdogWatch:
    """Listens to the watchdog's latched status; it never keeps the arm from moving.

    Args:
        node: The safety filter node.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._newest: DiagnosticStatus | None = None
        self._problem = ''
        self._looks = 0
        node.create_subscription(DiagnosticStatus, STATUS_TOPIC, self._on_status, qos.LATCHED)

    def look(self) -> str:
        """What is wrong with the watchdog, as a sentence; empty if nothing. Once per second."""
        problem = self._find()
        self._looks = self._looks + 1 if problem == self._problem else 1
        self._problem = problem
        if problem and self._looks == PATIENCE:
            self._node.get_logger().warning(problem)
        return problem

    def _find(self) -> str:
        if self._node.count_publishers(STATUS_TOPIC) == 0:
            self._newest = None
            return ABSENT
        newest = self._newest
        if newest is None:
            return 'The octo_watchdog has not said yet whether it watches.'
        if any(i.key == 'state' and i.value == WatchState.TRIPPED.name for i in newest.values):
            return 'The octo_watchdog has tripped and watches nothing until its ~/reset is called.'
        return ''

    def _on_status(self, message: DiagnosticStatus) -> None:
        self._newest = message
