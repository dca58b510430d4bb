# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands do not add up faster than real time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import Command


@dataclass(frozen=True)
class RateCheck:
    """Refuses a command while more than its own duration of earlier motion is still to be made.

    One command may wait behind the one that is executed, which absorbs the jitter of the stream; a
    burst cannot pile up a motion that goes on after the policy has changed its mind.

    Attributes:
        period: Control period, the resolution of the backlog [s].
    """

    period: float

    def check(self, command: Command, context: CommandContext) -> Verdict:
        """Judge the backlog."""
        if context.backlog <= command.duration + 0.5 * self.period:
            return Verdict(command, command)
        text = (
            f'{context.backlog:.3f} s of motion are still to be made;'
            f' a command of {command.duration:g} s may follow at most as many seconds.'
        )
        return Verdict.refuse(command, SafetyCode.REJECTED_RATE, text)
