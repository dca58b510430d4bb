# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quadratic program that turns what is wanted into what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import daqp
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.geometry import Array
    from octo_ros.safety.limits.limit import Constraint
    from octo_ros.safety_codes import SafetyCode

REGULARISATION = 2e-4
"""Least weight of |v|² against |A·v - b|² [m²/rad²].

It takes away what redundancy leaves free, and keeps an arm calm whose remaining joints are nearly
singular while others stand at a limit; the servo's feedback makes up for the 1 % of speed that it
costs elsewhere.
"""

_ACTS = 1e-7  # Multiplier above which a constraint changed the solution
_HARD, _SOFT = 0, 8  # daqp's constraint types


@dataclass(frozen=True)
class Objective:
    """Minimise |A·v - b|² + damping·|v|² over the joint velocities v.

    Attributes:
        matrix: A, shape (k, n).
        target: b, shape (k,).
        damping: At least 0.
    """

    matrix: Array
    target: Array
    damping: float = 0.0


@dataclass(frozen=True)
class Solution:
    """The best joint velocities that the constraints allow.

    Attributes:
        velocities: Shape (n,), rad/s; inside all bounds.
        codes: Constraints that changed the solution.
    """

    velocities: Array
    codes: frozenset[SafetyCode]


@dataclass(frozen=True)
class Bounds:
    """Bounds of several constraints on the same joints, narrowed to one interval each.

    Attributes:
        lower: Shape (n,), rad/s.
        upper: Shape (n,), rad/s.
        lower_owner: Index of the constraint that set each lower bound, shape (n,).
        upper_owner: Likewise for the upper bounds.
    """

    lower: Array
    upper: Array
    lower_owner: Array
    upper_owner: Array

    @classmethod
    def narrowed(cls, constraints: Sequence[Constraint]) -> Bounds:
        """Intersect bounds. An earlier constraint wins over a later one that contradicts it."""
        lower, upper = constraints[0].lower, constraints[0].upper
        lower_owner = upper_owner = np.zeros(len(lower))
        for i, constraint in enumerate(constraints[1:], start=1):
            narrow_lower = np.minimum(np.maximum(constraint.lower, lower), upper)
            narrow_upper = np.minimum(np.maximum(constraint.upper, narrow_lower), upper)
            lower_owner = np.where(narrow_lower > lower, i, lower_owner)
            upper_owner = np.where(narrow_upper < upper, i, upper_owner)
            lower, upper = narrow_lower, narrow_upper
        return cls(lower, upper, lower_owner, upper_owner)


def solve(objective: Objective, constraints: Sequence[Constraint]) -> Solution | None:
    """Find the allowed joint velocities that are nearest to the objective.

    minimise    |A·v - b|² + (damping + REGULARISATION)·|v|²
    subject to  the bounds of all constraints (never empty, see `Bounds.narrowed`),
                the rows of the others, with a penalty so steep that they give way only where the
                bounds leave no choice, and then as little as possible.

    So there always is a solution, and if limits contradict each other the arm brakes.

    Args:
        objective: What is wanted.
        constraints: Bounds first by rank; rows in any order.

    Returns:
        The solution; None if the objective or a row is not finite, a limit is NaN, or the solver
        failed.
    """
    if not (np.isfinite(objective.target).all() and np.isfinite(objective.matrix).all()):
        return None
    bounds = Bounds.narrowed([c for c in constraints if c.matrix is None])
    rows = [c for c in constraints if c.matrix is not None]
    n = len(bounds.lower)
    hessian = objective.matrix.T @ objective.matrix
    hessian.flat[:: n + 1] += objective.damping + REGULARISATION  # the diagonal
    matrix = np.concatenate([c.matrix for c in rows if c.matrix is not None] or [np.empty((0, n))])
    upper = np.concatenate([bounds.upper, *(c.upper for c in rows)])
    lower = np.concatenate([bounds.lower, *(c.lower for c in rows)])
    # daqp passes over a row or limit that is NaN, as if there were none.
    if not ((lower <= upper).all() and np.isfinite(matrix).all()):
        return None
    types = np.full(n + len(matrix), _SOFT, dtype=np.int32)
    types[:n] = _HARD
    velocities, _, status, info = daqp.solve(
        hessian,
        -objective.matrix.T @ objective.target,
        np.ascontiguousarray(matrix),
        upper,
        lower,
        types,
    )
    if status < 1 or not np.isfinite(velocities).all():
        return None
    multipliers = np.asarray(info['lam'])
    return Solution(
        np.minimum(np.maximum(velocities, bounds.lower), bounds.upper),
        _acting(constraints, bounds, rows, multipliers),
    )


def _acting(
    constraints: Sequence[Constraint],
    bounds: Bounds,
    rows: Sequence[Constraint],
    multipliers: Array,
) -> frozenset[SafetyCode]:
    """Codes of constraints with a multiplier: positive at an upper, negative at a lower bound."""
    n = len(bounds.lower)
    owners = [c.code for c in constraints if c.matrix is None]
    of_joints = multipliers[:n]
    codes = {owners[int(i)] for i in bounds.upper_owner[of_joints > _ACTS]}
    codes |= {owners[int(i)] for i in bounds.lower_owner[of_joints < -_ACTS]}
    start = n
    for constraint in rows:
        end = start + len(constraint.upper)
        if np.abs(multipliers[start:end]).max() > _ACTS:
            codes.add(constraint.code)
        start = end
    return frozenset(codes)
