# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joints stay inside their range, and always slow enough to stop inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.safety.approach import Approach
    from octo_ros.safety.limits.limit import Configuration


class JointPositionLimit:
    """A joint approaches an end of its range only so fast that it can brake before it.

    Past the end (a start inside the margin) a joint may only move back.

    Args:
        lower: Shape (n,), rad, margin included.
        upper: Shape (n,), rad, margin included.
        approach: How fast.
    """

    def __init__(self, lower: ArrayLike, upper: ArrayLike, approach: Approach) -> None:
        self._lower = readonly(lower)
        self._upper = readonly(upper)
        self._approach = approach

    def constraint(self, configuration: Configuration) -> Constraint:
        """Bounds on both sides."""
        q, approach = configuration.positions, self._approach
        return Constraint(
            SafetyCode.LIMITED_BY_JOINT_POSITION,
            -approach.joint_speed(q - self._lower),
            approach.joint_speed(self._upper - q),
        )
