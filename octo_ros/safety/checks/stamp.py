# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command is new: neither old nor from the future, and later than all before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import C, CommandContext


@dataclass(frozen=True)
class StampCheck:
    """Refuses stale, future, repeated and out-of-order commands.

    No accepted command is ever older than the one accepted before it.

    Attributes:
        max_age: Oldest stamp [s].
        max_future: Farthest stamp in the future [s].
    """

    max_age: float
    max_future: float

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge stamp and sequence number."""
        age = (context.now_ns - command.stamp_ns) * 1e-9
        if not -self.max_future <= age <= self.max_age:
            text = (
                f'The command is {age:.3f} s old;'
                f' its age must lie in [{-self.max_future:g}, {self.max_age:g}] s.'
            )
            return Verdict.refuse(command, SafetyCode.REJECTED_STALE, text)
        if command.stamp_ns <= context.last_stamp_ns:
            late = (context.last_stamp_ns - command.stamp_ns) * 1e-9
            text = f'The command is stamped {late:.3f} s before what was last accepted or reset.'
            return Verdict.refuse(command, SafetyCode.REJECTED_STALE, text)
        if context.last_seq is not None and command.seq <= context.last_seq:
            text = (
                f'The sequence number {command.seq} follows {context.last_seq}; it must increase.'
            )
            return Verdict.refuse(command, SafetyCode.REJECTED_STALE, text)
        return Verdict(command, command)
