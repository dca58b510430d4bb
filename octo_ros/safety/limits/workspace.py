# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The TCP stays in its box and slides along the walls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from octo_ros.geometry import Array
    from octo_ros.safety.limits.limit import Configuration
    from octo_ros.safety.stop import StraightStop

RESERVE = 1.25
"""The stop is taken to last this many times longer than a straight one: limits may bend it."""


class WorkspaceLimit:
    """The speed towards a wall is one from which a straight stop ends before that wall.

    A straight stop of duration T moves the TCP by half of what T at full speed would: with one
    more period before it begins, u·(T/2 + dt) <= d, so u <= d/(T/2 + dt) for the speed u towards a
    wall at distance d. Only the component towards the wall is limited. Outside the box (a start
    there) the TCP may only return.

    Args:
        lower: Corner of the box, shape (3,), m, base frame.
        upper: Opposite corner, shape (3,), m.
        stop: Tells how long a stop takes.
        dt: Control period [s].
    """

    def __init__(self, lower: ArrayLike, upper: ArrayLike, stop: StraightStop, dt: float) -> None:
        self._lower = readonly(lower, (3,))
        self._upper = readonly(upper, (3,))
        self._stop = stop
        self._dt = dt

    def constraint(self, configuration: Configuration) -> Constraint:
        """Rows along the three axes; T may grow by one period within the coming tick."""
        duration = RESERVE * (self._stop.duration(configuration.velocities) + self._dt)
        time = 0.5 * duration + self._dt
        position = configuration.tcp.position
        return Constraint(
            SafetyCode.PROJECTED_ON_WORKSPACE,
            -_room(position - self._lower) / time,
            _room(self._upper - position) / time,
            configuration.jacobian[:3],
        )


def _room(distance: Array) -> Array:
    room: Array = np.maximum(distance, 0.0)
    return room
