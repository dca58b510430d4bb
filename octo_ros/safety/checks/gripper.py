# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper opening lies in 0 closed .. 1 open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import C, CommandContext

ROUNDING = 1e-6
"""An opening this far outside 0..1 is float32 rounding and is clipped."""


@dataclass(frozen=True)
class GripperCheck:
    """Refuses openings outside 0..1: they are a sign of normalised or wrongly signed actions."""

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge the opening, which earlier checks found finite."""
        del context  # Unused.
        if not -ROUNDING <= command.gripper <= 1.0 + ROUNDING:
            text = f'The gripper opening is {command.gripper:g}; it must lie in [0, 1].'
            return Verdict.refuse(command, SafetyCode.REJECTED_GRIPPER, text)
        if 0.0 <= command.gripper <= 1.0:
            return Verdict(command, command)
        opening = min(max(command.gripper, 0.0), 1.0)
        return Verdict(command, replace(command, gripper=opening))
