# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arm does not run into poses from which its hand cannot move in every direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import SingularityLimit as Thresholds
    from octo_ros.safety.limits.limit import Configuration

STRONGEST = 0.01
"""Damping at the singularity itself [m²/rad²]: 0.1 m/s of blocked motion give 0.5 rad/s."""

RATE = 4.0
"""The room to `stop` is used up at most at this rate [1/s]."""


class SingularityLimit:
    """Slows the approach to a singularity, and only the approach.

    The measure is σ, the smallest singular value of the Jacobian with rotations weighed by a
    length; unlike the condition number it does not mix units, and one threshold fits all arms. For
    σ = uᵀJw the slope is ∂σ/∂qᵢ = uᵀ(∂J/∂qᵢ)w. Below `slow` σ may fall by at most
    RATE·(σ - stop) per second; moving away is always allowed.

    Damping: near a singularity, motion in the lost direction asks for ever faster joints, which
    would switch between their limits. λ² = λ0²·(1 - (σ/slow)²), as in Chiaverini, Siciliano and
    Egeland, "Review of the damped least-squares inverse kinematics", IEEE TCST 1994.

    Args:
        thresholds: From the contract.
    """

    def __init__(self, thresholds: Thresholds) -> None:
        self._slow = thresholds.slow
        self._stop = thresholds.stop
        self._weights = np.array([1.0] * 3 + [thresholds.length] * 3)
        self._column = self._weights[:, None]
        self._known, self._known_jacobian = 0.0, np.zeros((6, 1))

    @property
    def weights(self) -> Array:
        """What the rows of a Jacobian are weighed with, shape (6,)."""
        return self._weights

    def smallest(self, jacobian: Array) -> float:
        """σ of a Jacobian, shape (6, n)."""
        return float(np.linalg.svd(self._weights[:, None] * jacobian, compute_uv=False)[-1])

    def near(self, jacobian: Array) -> bool:
        """Whether the arm is near a singularity.

        σ changes by no more than the Frobenius norm of the Jacobian's change (Weyl), so that a σ
        that was large at some time answers for the poses around it.
        """
        change = ((jacobian - self._known_jacobian) * self._column).ravel()
        reserve = self._known - self._slow
        if reserve > 0.0 and change @ change < reserve * reserve:
            return False
        self._known, self._known_jacobian = self.smallest(jacobian), jacobian
        return self._known < self._slow

    def damping(self, jacobian: Array) -> float:
        """Weight of |v|² in the least-squares inverse; 0 away from singularities."""
        if not self.near(jacobian):
            return 0.0
        return STRONGEST * (1.0 - (self._known / self._slow) ** 2)

    def constraint(self, configuration: Configuration) -> Constraint:
        """One row for σ."""
        jacobian = configuration.jacobian
        left, values, right = np.linalg.svd(self._weights[:, None] * jacobian)
        smallest = float(values[-1])
        slope = _slope(jacobian, self._weights * left[:, 5], right[5])
        lower = -RATE * max(0.0, smallest - self._stop)
        return Constraint(
            SafetyCode.LIMITED_BY_SINGULARITY, np.array([lower]), np.array([np.inf]), slope[None]
        )


def _slope(jacobian: Array, u: Array, w: Array) -> Array:
    """uᵀ(∂J/∂qᵢ)w for every joint i, shape (n,).

    A joint i turns everything beyond it: ∂Jⱼ/∂qᵢ = [ωᵢ × vⱼ, ωᵢ × ωⱼ] for i <= j; and it moves the
    point to which the joints before it have their lever: [ωⱼ × vᵢ, 0] for i > j.
    """
    linear, angular = jacobian[:3].T, jacobian[3:].T
    weighed_linear, weighed_angular = linear * w[:, None], angular * w[:, None]
    beyond_linear = np.cumsum(weighed_linear[::-1], axis=0)[::-1]
    beyond_angular = np.cumsum(weighed_angular[::-1], axis=0)[::-1]
    before = np.cumsum(weighed_angular, axis=0) - weighed_angular
    moved = np.cross(angular, beyond_linear) + np.cross(before, linear)
    return np.asarray(moved @ u[:3] + np.cross(angular, beyond_angular) @ u[3:])
