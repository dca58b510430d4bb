# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`~/reset`: begin anew from a joint state that was measured after the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.task import Future
from std_srvs.srv import Trigger

from octo_ros.errors import OctoRosError, RosError

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.nodes.joint_input import JointInput
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.types import JointState

LIMIT = 0.5
"""How long a reset waits for a joint state [s]."""


class ResetService:
    """The service; it waits for its joint state without holding up the ticks.

    Args:
        node: The safety filter node.
        joints: Where joint states come in.
        reset: Resets the filter; an OctoRosError says why not.
    """

    def __init__(
        self, node: ManagedNode, joints: JointInput, reset: Callable[[JointState], None]
    ) -> None:
        self._node = node
        self._joints = joints
        self._reset = reset
        self._waiting: list[tuple[int, Future]] = []
        # A group of its own: while a reset waits for a joint state, the ticks must go on.
        group = MutuallyExclusiveCallbackGroup()
        node.create_service(Trigger, '~/reset', self._on_reset, callback_group=group)

    def answer(self) -> None:
        """Give waiting resets the newest joint state, or None when none comes in time."""
        if not self._waiting:
            return
        now_ns, newest = self._now(), self._joints.newest
        for asked_ns, future in list(self._waiting):
            newer = newest is not None and newest.stamp_ns > asked_ns
            if newer or abs(now_ns - asked_ns) > LIMIT * 1e9:
                self._waiting.remove((asked_ns, future))
                future.set_result(newest if newer else None)

    async def _on_reset(
        self, request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        del request
        measured: Future = Future()
        self._waiting.append((self._now(), measured))
        state = await measured
        try:
            if not self._node.active or state is None:
                msg = 'Reset needs an active filter and fresh joint states.'
                raise RosError(msg)
            self._reset(state)
        except OctoRosError as error:
            response.success, response.message = False, str(error)
        else:
            response.success, response.message = True, 'The filter holds the measured position.'
        return response

    def _now(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
