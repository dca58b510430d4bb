# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The TCP neither moves nor turns too fast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.safety.limits.limit import Configuration

TARGET = 0.998
"""Share of the allowed speed at which the tangents lie: they touch the ball only in one point."""

TOLERATED = 0.999
"""Share from which on another tangent is worth it; what remains belongs to the way to rest."""


class TcpSpeedLimit:
    """|J_linear·v| <= linear_speed and |J_angular·v| <= angular_speed.

    A ball is not a set of rows; it is replaced by its tangent planes u·J·v <= speed, u =
    J·v0/|J·v0|, where v0 are the last velocities and, if a solution still is too fast, that
    solution (`excess`).

    Args:
        linear_speed: In m/s.
        angular_speed: In rad/s.
    """

    def __init__(self, linear_speed: float, angular_speed: float) -> None:
        speeds = np.array([linear_speed, angular_speed])
        self._upper = readonly(TARGET * speeds)
        self._tolerated = (TOLERATED * linear_speed, TOLERATED * angular_speed)
        self._lower = readonly([-np.inf, -np.inf])

    def constraint(self, configuration: Configuration) -> Constraint:
        """A row for the linear and one for the angular speed; zero while the TCP rests."""
        twist = configuration.jacobian @ configuration.velocities
        return self._tangent(configuration, twist, *_speeds(twist))

    def excess(self, configuration: Configuration, velocities: Array) -> Constraint | None:
        """The tangents that cut off `velocities` [rad/s], shape (n,), if they are too fast."""
        twist = configuration.jacobian @ velocities
        linear, angular = _speeds(twist)
        if linear <= self._tolerated[0] and angular <= self._tolerated[1]:
            return None
        return self._tangent(configuration, twist, linear, angular)

    def _tangent(
        self, configuration: Configuration, twist: Array, linear: float, angular: float
    ) -> Constraint:
        jacobian = configuration.jacobian
        rows = np.empty((2, jacobian.shape[1]))
        np.dot(twist[:3] / (linear or 1.0), jacobian[:3], out=rows[0])
        np.dot(twist[3:] / (angular or 1.0), jacobian[3:], out=rows[1])
        return Constraint(SafetyCode.SCALED_FOR_VELOCITY, self._lower, self._upper, rows)


def _speeds(twist: Array) -> tuple[float, float]:
    """Linear [m/s] and angular [rad/s] speed of a twist."""
    return math.hypot(*twist[:3].tolist()), math.hypot(*twist[3:].tolist())
