# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All command checks in their order, and the memory of what was accepted last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.budget import CommandBudget
from octo_ros.safety.checks.finite import FiniteCheck
from octo_ros.safety.checks.gripper import GripperCheck
from octo_ros.safety.checks.joint_outlier import JointOutlierCheck
from octo_ros.safety.checks.joint_range import JointRangeCheck
from octo_ros.safety.checks.joint_shape import JointShapeCheck
from octo_ros.safety.checks.joint_step import JointStepCheck
from octo_ros.safety.checks.kind import KindCheck
from octo_ros.safety.checks.outlier import OutlierCheck
from octo_ros.safety.checks.rate import RateCheck
from octo_ros.safety.checks.shape import ShapeCheck
from octo_ros.safety.checks.stamp import StampCheck
from octo_ros.safety.checks.step import StepCheck
from octo_ros.safety.verdict import CommandContext, Verdict, by_severity
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.safety.verdict import AnyCommand, AnyVerdict, C, CommandCheck
    from octo_ros.types import JointCommand


class CommandGate:
    """Judges commands one by one; the first refusal ends the judgement.

    Stamps must increase for as long as the filter is active. Sequence numbers must increase within
    a run: a policy that was restarted counts from zero again, and may do so once the arm is at
    rest. Displacements and joint positions have checks of their own and share the memory.

    Args:
        embodiment: For its limits and timing.
        now_ns: Commands stamped at or before this are refused [ns].
    """

    def __init__(self, embodiment: Embodiment, now_ns: int) -> None:
        limits, timing = embodiment.limits, embodiment.timing
        period, longest = 1.0 / timing.control_rate, timing.command_timeout
        stamp = StampCheck(timing.command_max_age, timing.command_max_future)
        rate = RateCheck(period, timing.max_command_rate)
        self._checks: tuple[CommandCheck[Command], ...] = (
            KindCheck(),
            ShapeCheck(embodiment.base_frame, period, longest),
            FiniteCheck(),
            GripperCheck(),
            stamp,
            rate,
            OutlierCheck(limits.linear_speed, limits.angular_speed, limits.outlier_factor),
            StepCheck(limits.linear_speed, limits.angular_speed),
        )
        self._joint_checks: tuple[CommandCheck[JointCommand], ...] = (
            KindCheck(),
            JointShapeCheck(embodiment.joints, period, longest),
            FiniteCheck(),
            GripperCheck(),
            stamp,
            rate,
            JointOutlierCheck(embodiment.joints, limits.velocity, limits.outlier_factor),
            JointRangeCheck.for_limits(limits),
            JointStepCheck(np.array(limits.velocity)),
        )
        self._budget = CommandBudget(timing.max_command_rate, now_ns)
        self._last_stamp_ns = now_ns
        self._last_seq: int | None = None

    def end_run(self) -> None:
        """The arm came to rest: sequence numbers may start anew."""
        self._last_seq = None

    def judge(
        self,
        now_ns: int,
        command: AnyCommand,
        backlog: float,
        joint_goal: Array,
        busy_with: type[AnyCommand] | None = None,
    ) -> AnyVerdict:
        """Run all checks.

        Args:
            now_ns: Time of the tick [ns].
            command: As it came.
            backlog: Seconds of motion that earlier commands still have to make [s].
            joint_goal: Where the joint commands so far lead, shape (n,), rad.
            busy_with: What kind of command the arm is moving for; None when it is at rest.
        """
        left = self._budget.left(now_ns)
        context = CommandContext(
            now_ns, self._last_stamp_ns, self._last_seq, backlog, left, joint_goal, busy_with
        )
        verdict: AnyVerdict
        if isinstance(command, Command):
            verdict = _run(self._checks, command, context)
        else:
            verdict = _run(self._joint_checks, command, context)
        if verdict.accepted:
            self._last_stamp_ns, self._last_seq = command.stamp_ns, command.seq
            self._budget.spend()
        return verdict


def _run(checks: tuple[CommandCheck[C], ...], command: C, context: CommandContext) -> Verdict[C]:
    """Each check judges what the ones before it left; the gravest change is reported."""
    verdict = Verdict(command, command)
    left = command
    for check in checks:
        step = check.check(left, context)
        if step.command is None:
            return Verdict(command, None, step.code, step.text)
        left = step.command
        if step.code is not SafetyCode.OK:
            worst = by_severity({step.code, verdict.code})[0]
            verdict = step if worst is step.code else verdict
    return Verdict(command, left, verdict.code, verdict.text)
