# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions towards commanded poses of the end effector."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.commanded import HOLD_NS, CommandedRecipe
from octo_ros.data.labels.displacements import pose_of
from octo_ros.data.poses import pose_from_message
from octo_ros.geometry import Pose, matrix_from_rpy

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


class CommandPoseLabels(CommandedRecipe):
    """From each observed pose to the last target before the next observation.

    A target older than half a second asks for nothing any more: the action is a hold.
    """

    source = 'command_pose'
    types = ('geometry_msgs/msg/PoseStamped',)

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        super().__init__(embodiment, topics)
        # The rpy of proprio is that of R·R0ᵀ; a displacement needs R itself.
        self._proprio_rotation = matrix_from_rpy(embodiment.proprio_rotation)
        self._targets: dict[int, Pose] = {}

    def take(self, message: BagMessage) -> bool:
        """Keep a target; False if its numbers are not finite."""
        pose = pose_from_message(message.value.pose)
        if pose is not None:
            self._targets[message.stamp_ns] = pose
        return pose is not None

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Displacements, shape (n, 6): m and rad, base axes; 0 without a target, and last."""
        times = sorted(self._targets)
        rows = np.zeros((len(stamps_ns), 6))
        for i, (start_ns, end_ns) in enumerate(pairwise(stamps_ns)):
            newest = bisect_left(times, end_ns) - 1
            if newest >= 0 and start_ns - times[newest] <= HOLD_NS:
                seen = pose_of(states.proprio[i])
                current = Pose(seen.position, seen.rotation @ self._proprio_rotation)
                target = self._targets[times[newest]]
                rows[i, :3], rows[i, 3:] = current.displacement_to(target)
        return rows
