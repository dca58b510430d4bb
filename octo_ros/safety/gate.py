# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All command checks in their order, and the memory of what was accepted last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.safety.checks.finite import FiniteCheck
from octo_ros.safety.checks.gripper import GripperCheck
from octo_ros.safety.checks.outlier import OutlierCheck
from octo_ros.safety.checks.rate import RateCheck
from octo_ros.safety.checks.shape import ShapeCheck
from octo_ros.safety.checks.stamp import StampCheck
from octo_ros.safety.checks.step import StepCheck
from octo_ros.safety.verdict import CommandContext, Verdict, by_severity

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.safety.verdict import CommandCheck
    from octo_ros.types import Command


class CommandGate:
    """Judges commands one by one; the first refusal ends the judgement.

    Stamps must increase for as long as the filter is active. Sequence numbers must increase within
    a run: a policy that was restarted counts from zero again, and may do so once the arm is at
    rest.

    Args:
        checks: In the order in which they run.
        now_ns: Commands stamped at or before this are refused [ns].
    """

    def __init__(self, checks: tuple[CommandCheck, ...], now_ns: int) -> None:
        self._checks = checks
        self._last_stamp_ns = now_ns
        self._last_seq: int | None = None

    @classmethod
    def for_embodiment(cls, embodiment: Embodiment, now_ns: int) -> CommandGate:
        """The checks that an embodiment's limits and timing ask for."""
        limits, timing = embodiment.limits, embodiment.timing
        period = 1.0 / timing.control_rate
        checks: tuple[CommandCheck, ...] = (
            ShapeCheck(embodiment.base_frame, period, timing.command_timeout),
            FiniteCheck(),
            GripperCheck(),
            StampCheck(timing.command_max_age, timing.command_max_future),
            RateCheck(period),
            OutlierCheck(limits.linear_speed, limits.angular_speed, limits.outlier_factor),
            StepCheck(limits.linear_speed, limits.angular_speed),
        )
        return cls(checks, now_ns)

    def end_run(self) -> None:
        """The arm came to rest: sequence numbers may start anew."""
        self._last_seq = None

    def judge(self, now_ns: int, command: Command, backlog: float) -> Verdict:
        """Run all checks.

        Args:
            now_ns: Time of the tick [ns].
            command: As it came.
            backlog: Seconds of motion that earlier commands still have to make [s].
        """
        context = CommandContext(now_ns, self._last_stamp_ns, self._last_seq, backlog)
        verdict = Verdict(command, command)
        for check in self._checks:
            if verdict.command is None:
                break
            step = check.check(verdict.command, context)
            worst = step if by_severity({step.code, verdict.code})[0] is step.code else verdict
            verdict = replace(worst, requested=command, command=step.command)
        if verdict.accepted:
            self._last_stamp_ns, self._last_seq = command.stamp_ns, command.seq
        return verdict
