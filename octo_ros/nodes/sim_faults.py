# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults that the simulator can be told to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros_msgs.srv import InjectFault

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment


class SimFaults:
    """Keeps which faults are on.

    Attributes:
        joint_states_stopped: Joint states are no longer sent.
        robot_fault: The arm ignores commands.
        frozen: Cameras that repeat their last image with fresh stamps.
        silent: Cameras that send nothing.
    """

    def __init__(self, node: Node, embodiment: Embodiment) -> None:
        self._cameras = tuple(embodiment.cameras)
        self.clear()
        node.create_service(InjectFault, '~/inject_fault', self._on_request)

    def clear(self) -> None:
        """Everything works again."""
        self.joint_states_stopped = False
        self.robot_fault = False
        self.frozen: set[str] = set()
        self.silent: set[str] = set()

    def _on_request(
        self, request: InjectFault.Request, response: InjectFault.Response
    ) -> InjectFault.Response:
        response.success = True
        response.message = 'on' if request.active else 'off'
        cameras = {
            InjectFault.Request.FREEZE_CAMERA: self.frozen,
            InjectFault.Request.STOP_CAMERA: self.silent,
        }
        if request.fault in cameras:
            if request.target not in self._cameras:
                response.success = False
                response.message = (
                    f'Unknown camera {request.target!r}: give one of {", ".join(self._cameras)}.'
                )
            elif request.active:
                cameras[request.fault].add(request.target)
            else:
                cameras[request.fault].discard(request.target)
        elif request.fault == InjectFault.Request.STOP_JOINT_STATES:
            self.joint_states_stopped = request.active
        elif request.fault == InjectFault.Request.ROBOT_FAULT:
            self.robot_fault = request.active
        else:
            response.success = False
            response.message = (
                f'Unknown fault {request.fault}: the constants of InjectFault name four.'
            )
        return response
