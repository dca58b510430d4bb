# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults that the simulator can be told to have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from octo_ros_msgs.srv import InjectFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rclpy.node import Node
    from sensor_msgs.msg import JointState

    from octo_ros.embodiment import Embodiment

# Faults of one of several things, which the request's target names; of the others there is one.
_CAMERA = (InjectFault.Request.FREEZE_CAMERA, InjectFault.Request.STOP_CAMERA)
_WHOLE = (
    InjectFault.Request.STOP_JOINT_STATES,
    InjectFault.Request.ROBOT_FAULT,
    InjectFault.Request.NAN_JOINT_STATES,
    InjectFault.Request.PERMUTE_JOINT_STATES,
)
_KNOWN = (*_CAMERA, *_WHOLE, InjectFault.Request.DROP_JOINT)


class SimFaults:
    """Keeps which faults are on."""

    def __init__(self, node: Node, embodiment: Embodiment) -> None:
        self._cameras = tuple(embodiment.cameras)
        self._joints = embodiment.joints
        self.clear()
        node.create_service(InjectFault, '~/inject_fault', self._on_request)

    @property
    def joint_states_stopped(self) -> bool:
        """Joint states are no longer sent."""
        return self._has(InjectFault.Request.STOP_JOINT_STATES)

    @property
    def robot_fault(self) -> bool:
        """The arm ignores commands."""
        return self._has(InjectFault.Request.ROBOT_FAULT)

    @property
    def frozen(self) -> set[str]:
        """Cameras that repeat their last image with fresh stamps."""
        return self._on[InjectFault.Request.FREEZE_CAMERA]

    @property
    def silent(self) -> set[str]:
        """Cameras that send nothing."""
        return self._on[InjectFault.Request.STOP_CAMERA]

    def clear(self) -> None:
        """Everything works again."""
        self._on: dict[int, set[str]] = {fault: set() for fault in _KNOWN}

    def spoil(self, message: JointState) -> None:
        """Do to a joint state what the faults of joint states do."""
        missing = self._on[InjectFault.Request.DROP_JOINT]
        kept = [i for i, name in enumerate(message.name) if name not in missing]
        if self._has(InjectFault.Request.PERMUTE_JOINT_STATES):
            kept.reverse()
        spoilt = math.nan if self._has(InjectFault.Request.NAN_JOINT_STATES) else 0.0
        message.name = [message.name[i] for i in kept]
        message.position = [message.position[i] + spoilt for i in kept]
        message.velocity = [message.velocity[i] + spoilt for i in kept]

    def _has(self, fault: int) -> bool:
        return bool(self._on[fault])

    def _on_request(
        self, request: InjectFault.Request, response: InjectFault.Response
    ) -> InjectFault.Response:
        problem = self._problem(request.fault, request.target)
        response.success = problem is None
        response.message = problem or ('on' if request.active else 'off')
        if problem is None and request.active:
            self._on[request.fault].add(request.target)
        elif problem is None:
            self._on[request.fault].discard(request.target)
        return response

    def _problem(self, fault: int, target: str) -> str | None:
        if fault not in _KNOWN:
            return f'Unknown fault {fault}: the constants of InjectFault name {len(_KNOWN)}.'
        allowed: Sequence[str] = ('',)
        if fault not in _WHOLE:
            allowed = self._cameras if fault in _CAMERA else self._joints
        if target in allowed:
            return None
        if fault in _WHOLE:
            return f'This fault is of the whole arm: leave the target empty, not {target!r}.'
        what = 'camera' if fault in _CAMERA else 'joint'
        return f'Unknown {what} {target!r}: give one of {", ".join(allowed)}.'
