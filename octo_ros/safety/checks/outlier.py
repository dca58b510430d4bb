# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The step is not absurdly long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import Command


@dataclass(frozen=True)
class OutlierCheck:
    """Refuses steps whose length exceeds `factor` times their cap of speed × duration.

    A step a little too long is a fast policy and is shortened by `StepCheck`; one many times too
    long is a wrong unit or a broken network, and its direction means nothing either. The rotation
    is measured by the norm of its roll, pitch, yaw, which unlike the angle does not wrap at pi.

    Attributes:
        linear_speed: TCP speed [m/s].
        angular_speed: TCP rotation speed [rad/s].
        factor: Multiple of the cap, above 1.
    """

    linear_speed: float
    angular_speed: float
    factor: float

    def check(self, command: Command, context: CommandContext) -> Verdict[Command]:
        """Judge the length of translation and rotation, which earlier checks found finite."""
        del context  # Unused.
        for name, unit, step, speed in (
            ('translation', 'm', command.translation, self.linear_speed),
            ('rotation', 'rad', command.rotation, self.angular_speed),
        ):
            allowed = self.factor * speed * command.duration
            x, y, z = step.tolist()
            if math.hypot(x, y, z) > allowed:
                text = (
                    f'The {name} {[x, y, z]} {unit} in {command.duration:g} s'
                    f' is longer than {allowed:g} {unit}.'
                )
                return Verdict.refuse(command, SafetyCode.REJECTED_OUTLIER, text)
        return Verdict(command, command)
