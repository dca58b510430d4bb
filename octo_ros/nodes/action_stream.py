# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The commands of one robot: displacements, and after the last one a short while of none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.nodes import qos
from octo_ros.nodes.conversions import command_message
from octo_ros.types import Command
from octo_ros_msgs.msg import EndEffectorDelta

if TYPE_CHECKING:
    from octo_ros.fleet import Robot
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.policy.chunking.displacement import Displacement

REST_NS = 800_000_000
"""How long after the last displacement the stream goes on with zeros [ns]: longer than the slowest
arm takes to come to rest behind a target that stands."""


class ActionStream:
    """Publishes one command per tick.

    To the safety filter, silence in the middle of a motion looks as if the policy had died: after
    a second of it only a reset lets the arm move again. Who ends a task on purpose therefore lets
    the stream go on for 0.8 s with commands that move nothing and keep the gripper as it was last
    asked for; what is silent after that is an arm at rest. A policy that lacks its input, or that
    really died, sends none of them.

    Args:
        node: The policy node.
        robot: Where in the graph it is.
        period_ns: Time over which each displacement is to be made [ns].
    """

    def __init__(self, node: ManagedNode, robot: Robot, period_ns: int) -> None:
        self._base_frame = robot.embodiment.base_frame
        self._duration = period_ns * 1e-9
        self._seq = 0
        self._moved: Command | None = None
        self._newest_ns = 0
        self._publisher = node.create_publisher(
            EndEffectorDelta, robot.topic('octo/action'), qos.COMMANDS
        )

    def restart(self) -> None:
        """Nothing from before counts, as at activation or when the clock was set."""
        self._moved, self._newest_ns = None, 0

    def move(self, time_ns: int, wanted: Displacement) -> None:
        """Publish what is to be moved from `time_ns` on."""
        self._moved = Command(
            stamp_ns=time_ns,
            seq=self._seq,
            frame_id=self._base_frame,
            translation=wanted.translation,
            rotation=wanted.rotation,
            gripper=float(np.clip(wanted.gripper, 0.0, 1.0)),
            duration=self._duration,
            observation_stamp_ns=wanted.chunk.observation_stamp_ns,
            chunk_id=wanted.chunk.chunk_id,
            chunk_index=wanted.chunk_index,
        )
        self._publish(self._moved)

    def rest(self, time_ns: int) -> bool:
        """Publish that nothing is to be moved, if the last displacement was a short while ago.

        Args:
            time_ns: Time from which this holds [ns]; at least a moment after the last command's.

        Returns:
            Whether there was still something to publish.
        """
        if self._moved is None:
            return False
        time_ns = max(time_ns, self._newest_ns + 1)
        if time_ns - self._moved.stamp_ns > REST_NS:
            self._moved = None
            return False
        still = replace(
            self._moved, stamp_ns=time_ns, translation=np.zeros(3), rotation=np.zeros(3)
        )
        self._publish(still)
        return True

    def _publish(self, command: Command) -> None:
        self._seq += 1
        self._newest_ns = command.stamp_ns
        self._publisher.publish(command_message(replace(command, seq=self._seq)))
