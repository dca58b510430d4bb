# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every number of the command is finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import Command


@dataclass(frozen=True)
class FiniteCheck:
    """Refuses the whole command when one of its seven numbers is NaN or infinite."""

    def check(self, command: Command, context: CommandContext) -> Verdict:
        """Judge translation, rotation and gripper."""
        del context  # Unused.
        values = [*command.translation.tolist(), *command.rotation.tolist(), command.gripper]
        if np.isfinite(values).all():
            return Verdict(command, command)
        text = f'The action is {values}; all seven numbers must be finite.'
        return Verdict.refuse(command, SafetyCode.REJECTED_NOT_FINITE, text)
