# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The TCP stays in its box and slides along the walls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.safety.approach import Approach
    from octo_ros.safety.limits.limit import Configuration


class WorkspaceLimit:
    """The TCP approaches a wall only so fast that it can brake before it.

    Only the component towards the wall is limited. Outside the box (a start there) the TCP may
    only return.

    Args:
        lower: Corner of the box, shape (3,), m, base frame.
        upper: Opposite corner, shape (3,), m.
        approach: How fast.
    """

    def __init__(self, lower: ArrayLike, upper: ArrayLike, approach: Approach) -> None:
        self._lower = readonly(lower, (3,))
        self._upper = readonly(upper, (3,))
        self._approach = approach

    def constraint(self, configuration: Configuration) -> Constraint:
        """Rows along the three axes."""
        position = configuration.tcp.position
        rooms = np.array([self._lower - position, position - self._upper])
        below, above = self._approach.linear_speed(-rooms - RESERVE)
        return Constraint(
            SafetyCode.PROJECTED_ON_WORKSPACE, -below, above, configuration.jacobian[:3]
        )
