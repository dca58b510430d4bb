# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated driver's ~/stop and ~/resume, and ~/running, which tells whether it can move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from octo_ros.nodes import qos

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node

    from octo_ros.nodes.sim_faults import SimFaults
    from octo_ros.sim.simulation import Simulation


class SimStop:
    """Keeps whether the arm was stopped.

    Args:
        node: The simulator node.
        simulation: Whose arm it is.
        faults: A robot fault keeps it from moving as well.
        on_resume: Called before commands are heard again.
    """

    def __init__(
        self,
        node: Node,
        simulation: Simulation,
        faults: SimFaults,
        on_resume: Callable[[], None],
    ) -> None:
        self._simulation = simulation
        self._faults = faults
        self._on_resume = on_resume
        self._stopped = False
        self._told: bool | None = None
        self._running = node.create_publisher(Bool, '~/running', qos.LATCHED)
        node.create_service(Trigger, '~/stop', self._on_stop)
        node.create_service(Trigger, '~/resume', self._on_start)

    @property
    def deaf(self) -> bool:
        """Whether commands are ignored."""
        return self._stopped or self._faults.robot_fault

    def clear(self) -> None:
        """Nobody has stopped it."""
        self._stopped = False

    def tell(self) -> None:
        """Publish ~/running where it has changed."""
        running = not self.deaf
        if running is not self._told:
            self._told = running
            self._running.publish(Bool(data=running))

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        del request
        if not self._stopped:
            self._stopped = True
            self._simulation.command_joints(self._simulation.joint_state().positions[:-1])
        self.tell()
        response.success = True
        response.message = 'The arm brakes and ignores commands; call ~/resume to go on.'
        return response

    def _on_start(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        del request
        if self._stopped:
            self._on_resume()
        self.clear()
        self.tell()
        response.success = not self.deaf
        response.message = 'The arm takes commands.' if response.success else 'It has a fault.'
        return response
