# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions that add up the displacements that were commanded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.displacements import achieved
from octo_ros.data.labels.summed import SummedRecipe

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.geometry import Array

DELTA = 'octo_ros_msgs/msg/EndEffectorDelta'
TWISTS = ('geometry_msgs/msg/TwistStamped', 'geometry_msgs/msg/Twist')
FAR = 0.05  # m; shorter paths say nothing about the unit
TIMES = 3.0


class CommandDeltaLabels(SummedRecipe):
    """Sums of EndEffectorDelta, or of Twist and TwistStamped that hold a displacement per message.

    A twist means a velocity in most drivers; then the source is `command_velocity`. Displacements
    that add up to a much longer path than the arm went are told in `warnings`.
    """

    source = 'command_delta'
    types = (DELTA, *TWISTS)

    def _parts(self, message: BagMessage) -> tuple[object, object]:
        if self._type == DELTA:
            return super()._parts(message)
        twist = message.value.twist if hasattr(message.value, 'twist') else message.value
        return twist.linear, twist.angular

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Sums, shape (n, 6): m and rad, base axes; 0 where nothing was commanded, and last."""
        rows = super().motion(stamps_ns, states)
        if self._type in TWISTS:
            asked, went = path_length(rows), path_length(achieved(states.proprio))
            if asked > max(FAR, TIMES * went):
                self._warnings[
                    f'{self._topic}: displacements add up to more than {TIMES:g} times the path '
                    'of the arm; if they are velocities, choose --action command_velocity'
                ] += len(rows)
        return rows


def path_length(rows: Array) -> float:
    """Sum of the lengths [m] of displacements, shape (n, 6)."""
    return float(np.linalg.norm(rows[:, :3], axis=1).sum())
