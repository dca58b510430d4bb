# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command is in the right frame and lasts a time that makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import Command


@dataclass(frozen=True)
class ShapeCheck:
    """Refuses a wrong frame, and durations outside [min_duration, max_duration] (NaN included).

    Attributes:
        frame_id: The embodiment's base frame.
        min_duration: One control period [s].
        max_duration: The command time-out: a longer command would be cut off by it [s].
    """

    frame_id: str
    min_duration: float
    max_duration: float

    def check(self, command: Command, context: CommandContext) -> Verdict[Command]:
        """Judge frame and duration."""
        del context  # Unused.
        if command.frame_id != self.frame_id:
            text = f'The frame is {command.frame_id!r}; commands must be in {self.frame_id!r}.'
            return Verdict.refuse(command, SafetyCode.REJECTED_SHAPE, text)
        if not self.min_duration <= command.duration <= self.max_duration:
            text = wrong_duration(command.duration, self.min_duration, self.max_duration)
            return Verdict.refuse(command, SafetyCode.REJECTED_SHAPE, text)
        return Verdict(command, command)


def wrong_duration(duration: float, least: float, most: float) -> str:
    """Says of a duration [s] that it is not in [least, most]."""
    return f'The duration is {duration:g} s; it must lie in [{least:g}, {most:g}] s.'
