# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joints do not move too fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.safety.limits.limit import Configuration


class JointVelocityLimit:
    """|v| <= velocity for each joint.

    Args:
        velocity: Shape (n,), rad/s.
    """

    def __init__(self, velocity: ArrayLike) -> None:
        upper = readonly(velocity)
        self._constraint = Constraint(SafetyCode.SCALED_FOR_VELOCITY, readonly(-upper), upper)

    def constraint(self, configuration: Configuration) -> Constraint:
        """The same bounds everywhere."""
        del configuration  # Unused.
        return self._constraint
