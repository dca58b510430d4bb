# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint command names the arm's joints and lasts a time that makes sense."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.safety.checks.shape import wrong_duration
from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import JointCommand


@dataclass(frozen=True)
class JointShapeCheck:
    """Refuses names other than the arm's, each once, and durations outside their range.

    The names may come in any order; they are put into the embodiment's.

    Attributes:
        joints: The embodiment's joints.
        min_duration: One control period [s].
        max_duration: The command time-out: a longer command would be cut off by it [s].
    """

    joints: tuple[str, ...]
    min_duration: float
    max_duration: float

    def check(self, command: JointCommand, context: CommandContext) -> Verdict[JointCommand]:
        """Judge names and duration; sort the positions by name."""
        del context  # Unused.
        names = command.joint_names
        if names != self.joints and sorted(names) != sorted(self.joints):
            text = f'The joints are {list(names)}; they must be {list(self.joints)}, in any order.'
            return Verdict.refuse(command, SafetyCode.REJECTED_SHAPE, text)
        if not self.min_duration <= command.duration <= self.max_duration:
            text = wrong_duration(command.duration, self.min_duration, self.max_duration)
            return Verdict.refuse(command, SafetyCode.REJECTED_SHAPE, text)
        if names == self.joints:
            return Verdict(command, command)
        positions = command.positions[[names.index(joint) for joint in self.joints]]
        return Verdict(command, replace(command, joint_names=self.joints, positions=positions))
