# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands do not add up faster than real time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import C, CommandContext

ROUNDING = 1e-6
"""A budget this much short of one command is rounding."""


@dataclass(frozen=True)
class RateCheck:
    """Refuses a command while more than its own duration of earlier motion is still to be made.

    One command may wait behind the one that is executed, which absorbs the jitter of the stream; a
    burst cannot pile up a motion that goes on after the policy has changed its mind. Commands that
    are short enough not to pile up are refused when they are too many per second.

    Attributes:
        period: Control period, the resolution of the backlog [s].
        max_rate: Commands per second, which the context's budget counts [Hz].
    """

    period: float
    max_rate: float

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge the backlog and the rate."""
        if context.budget < 1.0 - ROUNDING:
            text = f'More than {self.max_rate:g} commands per second; this one was dropped.'
            return Verdict.refuse(command, SafetyCode.REJECTED_RATE, text)
        if context.backlog <= command.duration + 0.5 * self.period:
            return Verdict(command, command)
        text = (
            f'{context.backlog:.3f} s of motion are still to be made;'
            f' a command of {command.duration:g} s may follow at most as many seconds.'
        )
        return Verdict.refuse(command, SafetyCode.REJECTED_RATE, text)
