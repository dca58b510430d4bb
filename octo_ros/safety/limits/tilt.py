# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper leans no farther than its cone allows, and slides along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.limits import TiltCone
    from octo_ros.safety.approach import Approach
    from octo_ros.safety.limits.limit import Configuration


class TiltLimit:
    """The angle θ between the gripper's approach axis a and the cone's axis c stays in the cone.

    cos θ = a·c and da/dt = ω × a, so dθ/dt = ω·(c × a)/sin θ.

    Args:
        cone: Around which axis, and how wide.
        approach_axis: The gripper's, in the TCP frame, shape (3,).
        approach: How fast the edge may be approached.
    """

    def __init__(self, cone: TiltCone, approach_axis: ArrayLike, approach: Approach) -> None:
        self._axis = readonly(cone.axis, (3,))
        self._half_angle = cone.half_angle
        self._approach_axis = readonly(approach_axis, (3,))
        self._approach = approach

    def constraint(self, configuration: Configuration) -> Constraint:
        """One row; zero in the middle of the cone, where every direction is alike."""
        axis = configuration.tcp.rotation @ self._approach_axis
        outwards = np.cross(self._axis, axis)
        sine = float(np.sqrt(outwards @ outwards))
        row = (outwards / max(sine, 1e-9)) @ configuration.jacobian[3:]
        room = self._half_angle - float(np.arctan2(sine, self._axis @ axis))
        speed = self._approach.angular_speed(np.array([room - 10.0 * RESERVE]))
        return Constraint(SafetyCode.LIMITED_BY_TILT, np.array([-np.inf]), speed, row[None])

    def angles(self, rotations: Array) -> Array:
        """Tilt of the gripper at rotations of the TCP, shape (k, 3, 3); shape (k,), rad."""
        axes = rotations @ self._approach_axis
        crossed = np.cross(self._axis, axes)
        return np.asarray(np.arctan2(np.sqrt((crossed * crossed).sum(axis=1)), axes @ self._axis))
