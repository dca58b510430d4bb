# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arm follows one kind of command at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import C, CommandContext


@dataclass(frozen=True)
class KindCheck:
    """Refuses joint positions while displacements are being executed, and the other way round."""

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge the type of the command."""
        if context.busy_with is None or isinstance(command, context.busy_with):
            return Verdict(command, command)
        text = (
            f'A {type(command).__name__} came while the arm moves for a'
            f' {context.busy_with.__name__}; the kind may change once it is at rest.'
        )
        return Verdict.refuse(command, SafetyCode.REJECTED_SHAPE, text)
