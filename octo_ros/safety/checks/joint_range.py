# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint positions lie within the joints' ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import JointCommand


@dataclass(frozen=True)
class JointRangeCheck:
    """Clips positions into the ranges less their margin, widened to hold the present goal.

    An arm that was started within the margin may stay there, and come out of it.

    Attributes:
        lower: Shape (n,), rad.
        upper: Shape (n,), rad.
    """

    lower: Array
    upper: Array

    @classmethod
    def for_limits(cls, limits: Limits) -> JointRangeCheck:
        """The ranges of a robot's contract."""
        margin = limits.position_margin
        return cls(np.add(limits.position_min, margin), np.subtract(limits.position_max, margin))

    def check(self, command: JointCommand, context: CommandContext) -> Verdict[JointCommand]:
        """Clip the positions, which earlier checks found finite and in order; never refuses."""
        goal = context.joint_goal
        inside = np.minimum(
            np.maximum(command.positions, np.minimum(self.lower, goal)),
            np.maximum(self.upper, goal),
        )
        if (inside == command.positions).all():
            return Verdict(command, command)
        worst = int(np.abs(inside - command.positions).argmax())
        text = (
            f'{command.joint_names[worst]} should go to {command.positions[worst]:g} rad;'
            f' it ends at {inside[worst]:g} rad, at the end of its range.'
        )
        clipped = replace(command, positions=inside)
        return Verdict(command, clipped, SafetyCode.LIMITED_BY_JOINT_POSITION, text)
