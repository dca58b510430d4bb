# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint positions are at most as far away as the joint speeds make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import JointCommand

ROUNDING = 1e-6
"""Relative excess over a cap that is float32 rounding."""


@dataclass(frozen=True)
class JointStepCheck:
    """Shortens the step from the joint goal until each joint keeps to speed × duration.

    All joints are shortened by the same factor: the direction in joint space stays.

    Attributes:
        velocity: Joint speeds, shape (n,), rad/s.
    """

    velocity: Array

    def check(self, command: JointCommand, context: CommandContext) -> Verdict[JointCommand]:
        """Shorten the step if it is too long; never refuses."""
        step = command.positions - context.joint_goal
        excess = float((abs(step) / self.velocity).max()) / command.duration
        if excess <= 1.0 + ROUNDING:
            return Verdict(command, command)
        text = (
            f'The joints would need {excess:.3g} times their speeds to be there in'
            f' {command.duration:g} s; the step was shortened as much.'
        )
        shortened = replace(command, positions=context.joint_goal + step / excess)
        return Verdict(command, shortened, SafetyCode.SCALED_FOR_STEP, text)
