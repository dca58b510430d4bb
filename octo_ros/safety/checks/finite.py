# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every number of the command is finite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command

if TYPE_CHECKING:
    from octo_ros.safety.verdict import C, CommandContext


@dataclass(frozen=True)
class FiniteCheck:
    """Refuses the whole command, gripper included, when one of its numbers is NaN or infinite."""

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge displacement or joint positions, and gripper."""
        del context  # Unused.
        if isinstance(command, Command):
            values = [*command.translation.tolist(), *command.rotation.tolist()]
        else:
            values = command.positions.tolist()
        values.append(command.gripper)
        if all(map(math.isfinite, values)):
            return Verdict(command, command)
        text = f'The action is {values}; all its numbers must be finite.'
        return Verdict.refuse(command, SafetyCode.REJECTED_NOT_FINITE, text)
