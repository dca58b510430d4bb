# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joints stay inside their range, and always slow enough to stop inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety.stop import approach_speed
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.safety.limits.limit import Configuration


class JointPositionLimit:
    """A joint approaches an end of its range only so fast that its brake stops it before.

    Past the end (a start inside the margin) a joint may only move back.

    Args:
        lower: Shape (n,), rad, margin included.
        upper: Shape (n,), rad, margin included.
        braking: Shape (n,), rad/s².
        dt: Control period [s].
    """

    def __init__(self, lower: ArrayLike, upper: ArrayLike, braking: ArrayLike, dt: float) -> None:
        self._lower = readonly(lower)
        self._upper = readonly(upper)
        self._braking = readonly(braking)
        self._dt = dt

    def constraint(self, configuration: Configuration) -> Constraint:
        """Bounds from `approach_speed` on both sides."""
        q = configuration.positions
        return Constraint(
            SafetyCode.LIMITED_BY_JOINT_POSITION,
            -self._speed(q - self._lower),
            self._speed(self._upper - q),
        )

    def _speed(self, room: Array) -> Array:
        return np.asarray(approach_speed(room, self._braking, self._dt))
