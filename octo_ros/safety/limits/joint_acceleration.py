# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint velocities change gradually."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.safety.limits.limit import Configuration


class JointAccelerationLimit:
    """Joints speed up by at most `acceleration`·dt and slow down by at most `braking`·dt per tick.

    The stronger brake is there for tracking too: what a stop may do, the end of a motion may do,
    and a velocity from which the arm can brake in time (`JointPositionLimit`) stays one.

    Args:
        acceleration: Shape (n,), rad/s².
        braking: Shape (n,), rad/s², at least `acceleration`.
        dt: Control period [s].
    """

    def __init__(self, acceleration: ArrayLike, braking: ArrayLike, dt: float) -> None:
        self._speed_up = readonly(np.multiply(acceleration, dt))
        self._slow_down = readonly(np.multiply(braking, dt))

    def constraint(self, configuration: Configuration) -> Constraint:
        """Bounds around the last velocities."""
        v = configuration.velocities
        below = np.where(v > 0.0, self._slow_down, self._speed_up)
        above = np.where(v < 0.0, self._slow_down, self._speed_up)
        return Constraint(SafetyCode.LIMITED_BY_ACCELERATION, v - below, v + above)
