# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Smooth motion in small steps: speeds up and slows down gently, and arrives without overshoot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import (
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
    rpy_from_matrix,
)

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose

# The last bit is made as if in two steps: one would swing where the arm lags more than expected.
_LANDING = 2.0


@dataclass(frozen=True)
class Pace:
    """How fast something may move.

    Attributes:
        speed: Largest speed [m/s or rad/s].
        acceleration: Largest change of the speed, up or down [m/s² or rad/s²].
    """

    speed: float
    acceleration: float


class Approach:
    """Steps of one vector quantity towards a goal that may move.

    Args:
        pace: Speed and acceleration.
        period: Duration of a step [s].
    """

    def __init__(self, pace: Pace, period: float) -> None:
        self._pace = pace
        self._period = period
        self._velocity = np.zeros(3)

    def step(self, error: Array) -> Array:
        """The next displacement, shape (3,), when the goal is `error`, shape (3,), away.

        The speed is the largest from which the goal can still be reached at rest, in whole steps T
        of constant deceleration a: v·T/2 + v²/(2·a) = distance.
        """
        distance = float(np.linalg.norm(error))
        limit = self._pace.acceleration * self._period
        stopping = np.sqrt(0.25 * limit**2 + 2.0 * self._pace.acceleration * distance) - limit / 2
        speed = min(self._pace.speed, stopping, distance / (_LANDING * self._period))
        wanted = error * (speed / distance) if distance > 1e-9 else np.zeros(3)
        change = wanted - self._velocity
        size = float(np.linalg.norm(change))
        self._velocity = self._velocity + change * min(1.0, limit / max(size, 1e-12))
        return self._velocity * self._period


class SmoothMotion:
    """End-effector displacements towards a goal pose.

    Args:
        linear: Pace of the translation.
        angular: Pace of the rotation.
        period: Duration of a step [s].
    """

    def __init__(self, linear: Pace, angular: Pace, period: float) -> None:
        self._translation = Approach(linear, period)
        self._rotation = Approach(angular, period)

    def step(self, here: Pose, goal: Pose) -> tuple[Array, Array]:
        """The next displacement from `here`, base axes.

        Returns:
            Translation [m] and extrinsic rpy [rad], each of shape (3,).
        """
        turn = rotation_vector_from_matrix(goal.rotation @ here.rotation.T)
        rotation = matrix_from_rotation_vector(self._rotation.step(turn))
        return self._translation.step(goal.position - here.position), rpy_from_matrix(rotation)
