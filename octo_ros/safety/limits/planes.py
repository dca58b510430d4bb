# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The TCP stays on the allowed side of planes and slides along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.limits import Plane
    from octo_ros.safety.approach import Approach
    from octo_ros.safety.limits.limit import Configuration


class PlanesLimit:
    """normal·p >= offset for the TCP's position p, and the approach to it slow enough.

    Args:
        planes: At least one.
        approach: How fast.
    """

    def __init__(self, planes: Sequence[Plane], approach: Approach) -> None:
        self._normals = readonly([plane.normal for plane in planes])
        self._offsets = readonly([plane.offset for plane in planes])
        self._upper = readonly(np.full(len(planes), np.inf))
        self._approach = approach

    def constraint(self, configuration: Configuration) -> Constraint:
        """One row for each plane."""
        room = self._normals @ configuration.tcp.position - self._offsets
        return Constraint(
            SafetyCode.PROJECTED_ON_WORKSPACE,
            -self._approach.linear_speed(room - RESERVE),
            self._upper,
            self._normals @ configuration.jacobian[:3],
        )
