# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint positions are not absurdly far away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import JointCommand


@dataclass(frozen=True)
class JointOutlierCheck:
    """Refuses positions farther than `factor` times speed × duration from the joint goal.

    A little too far is a fast policy, which `JointStepCheck` slows down; many times too far is a
    wrong unit, a wrong order or a broken network.

    Attributes:
        joints: Names of the n joints.
        velocity: Joint speeds, shape (n,), rad/s.
        factor: Multiple of speed × duration, above 1.
    """

    joints: tuple[str, ...]
    velocity: tuple[float, ...]
    factor: float

    def check(self, command: JointCommand, context: CommandContext) -> Verdict[JointCommand]:
        """Judge each joint's distance; earlier checks found the positions finite and in order."""
        steps = (command.positions - context.joint_goal).tolist()
        for joint, step, speed in zip(self.joints, steps, self.velocity, strict=True):
            allowed = self.factor * speed * command.duration
            if abs(step) > allowed:
                text = (
                    f'{joint} should move by {step:g} rad in {command.duration:g} s;'
                    f' more than {allowed:g} rad is no step.'
                )
                return Verdict.refuse(command, SafetyCode.REJECTED_OUTLIER, text)
        return Verdict(command, command)
