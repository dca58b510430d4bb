# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a command check answers: the command to go on with, or a refusal, and always the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand

if TYPE_CHECKING:
    from collections.abc import Set

    from octo_ros.geometry import Array

AnyCommand = Command | JointCommand
C = TypeVar('C', Command, JointCommand)

_SEVERITY = {code: rank for rank, code in enumerate(SafetyCode)}  # listed from harmless to severe


@dataclass(frozen=True)
class CommandContext:
    """What a check may know besides the command.

    Attributes:
        now_ns: Time of the tick, on the clock of the command stamps [ns].
        last_stamp_ns: Commands stamped at or before this are too late [ns].
        last_seq: `seq` of the last accepted command of this run, None before the first.
        backlog: Seconds of motion that earlier commands still have to make [s].
        budget: Commands that may be accepted now without exceeding their rate.
        joint_goal: Where the joint commands so far lead, shape (n,), rad; a joint command is
            judged by its distance from it.
        busy_with: What kind of command the arm is moving for, None when it is at rest.
    """

    now_ns: int
    last_stamp_ns: int
    last_seq: int | None
    backlog: float
    budget: float
    joint_goal: Array
    busy_with: type[AnyCommand] | None


@dataclass(frozen=True)
class Verdict(Generic[C]):
    """The judgement over one command.

    Attributes:
        requested: The command as it came.
        command: The command to execute, possibly shortened; None when it is refused.
        code: OK, or why it was changed or refused.
        text: One sentence with the values and the limit.
    """

    requested: C
    command: C | None
    code: SafetyCode = SafetyCode.OK
    text: str = SafetyCode.OK.value

    @property
    def accepted(self) -> bool:
        """Whether the command, or what was left of it, is executed."""
        return self.command is not None

    @classmethod
    def refuse(cls, command: C, code: SafetyCode, text: str) -> Verdict[C]:
        """Refuse `command` as a whole; gripper included."""
        return cls(command, None, code, text)


AnyVerdict = Verdict[Command] | Verdict[JointCommand]


class CommandCheck(Protocol[C]):
    """One rule that every command must pass; what there is to remember is in the context."""

    def check(self, command: C, context: CommandContext) -> Verdict[C]:
        """Judge one command.

        Args:
            command: As the checks before this one left it. Nothing in it is trusted that they did
                not check.
            context: Time, order, backlog, and what the arm is doing.
        """


def refusal(command: AnyCommand, code: SafetyCode, text: str) -> AnyVerdict:
    """Refuse a command of either kind as a whole."""
    if isinstance(command, Command):
        return Verdict.refuse(command, code, text)
    return Verdict.refuse(command, code, text)


def by_severity(codes: Set[SafetyCode]) -> tuple[SafetyCode, ...]:
    """Codes with the most restrictive one first."""
    if len(codes) < 2:
        return tuple(codes)
    return tuple(sorted(codes, key=_SEVERITY.__getitem__, reverse=True))
