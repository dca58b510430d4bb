# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The step is at most as long as the allowed speed makes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import (
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rotation_vector_from_matrix,
    rpy_from_matrix,
)
from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.safety.verdict import CommandContext
    from octo_ros.types import Command

ROUNDING = 1e-6
"""Relative excess over a cap that is float32 rounding."""


@dataclass(frozen=True)
class StepCheck:
    """Shortens translation and rotation to their caps, each keeping its direction.

    cap = speed × duration. A rotation is shortened along its axis: rpy → rotation vector → scale →
    rpy.

    Attributes:
        linear_speed: TCP speed [m/s].
        angular_speed: TCP rotation speed [rad/s].
    """

    linear_speed: float
    angular_speed: float

    def check(self, command: Command, context: CommandContext) -> Verdict[Command]:
        """Shorten the step if it is too long; never refuses."""
        del context  # Unused.
        if self._surely_short(command):
            return Verdict(command, command)
        translation, length = self._shortened(
            command.translation, self.linear_speed * command.duration
        )
        vector = rotation_vector_from_matrix(matrix_from_rpy(command.rotation))
        turned, angle = self._shortened(vector, self.angular_speed * command.duration)
        if turned is vector and translation is command.translation:
            return Verdict(command, command)
        rotation = command.rotation
        if turned is not vector:
            rotation = rpy_from_matrix(matrix_from_rotation_vector(turned))
        now = (np.linalg.norm(translation), np.linalg.norm(turned))
        text = (
            f'{length:.4g} m and {angle:.4g} rad in {command.duration:g} s'
            f' were shortened to {now[0]:.4g} m and {now[1]:.4g} rad.'
        )
        shortened = replace(command, translation=translation, rotation=rotation)
        return Verdict(command, shortened, SafetyCode.SCALED_FOR_STEP, text)

    def _surely_short(self, command: Command) -> bool:
        """Whether both caps are kept by far; three turns make at most the sum of their angles."""
        x, y, z = command.translation.tolist()
        roll, pitch, yaw = command.rotation.tolist()
        return (
            math.hypot(x, y, z) <= self.linear_speed * command.duration
            and abs(roll) + abs(pitch) + abs(yaw) <= self.angular_speed * command.duration
        )

    @staticmethod
    def _shortened(vector: Array, cap: float) -> tuple[Array, float]:
        length = float(np.linalg.norm(vector))
        if length <= cap * (1.0 + ROUNDING):
            return vector, length
        return vector * (cap / length), length
