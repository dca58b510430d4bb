# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quadratic program that turns what is wanted into what is allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import daqp
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from octo_ros.geometry import Array
    from octo_ros.safety.limits.limit import Constraint
    from octo_ros.safety_codes import SafetyCode

REGULARISATION = 2e-4
"""Least weight of |v|² against |A·v - b|² [m²/rad²].

It takes away what redundancy leaves free, and keeps an arm calm whose remaining joints are nearly
singular while others stand at a limit; the servo's feedback makes up for the 1 % of speed that it
costs elsewhere.
"""

ITERATIONS = 200
"""After so many the solver counts as too late: about ten are usual, each takes a microsecond.

A bound on work, unlike one on time, gives the same answer on a busy machine.
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


def solve(objective: Objective, constraints: Sequence[Constraint]) -> Solution | None:
    """Find the allowed joint velocities that are nearest to the objective.

    minimise    |A·v - b|² + (damping + REGULARISATION)·|v|²
    subject to  the bounds of all constraints,
                the rows of the others, with a penalty so steep that they give way only where the
                bounds leave no choice, and then as little as possible.

    No limit forbids to rest (each allows v = 0), so there always is a solution.

    Args:
        objective: What is wanted.
        constraints: Bounds and rows in any order.

    Returns:
        The solution; None if the objective or a row is not finite, a limit is NaN, or the solver
        failed.
    """
    bounds = [c for c in constraints if c.matrix is None]
    rows = [c for c in constraints if c.matrix is not None]
    lower, upper = bounds[0].lower, bounds[0].upper
    for bound in bounds[1:]:
        lower, upper = np.maximum(lower, bound.lower), np.minimum(upper, bound.upper)
    n = len(lower)
    hessian = objective.matrix.T @ objective.matrix
    hessian.flat[:: n + 1] += objective.damping + REGULARISATION  # the diagonal
    gradient = -objective.matrix.T @ objective.target
    matrix = np.concatenate([c.matrix for c in rows]) if rows else np.empty((0, n))
    uppers = np.concatenate([upper, *[c.upper for c in rows]])
    lowers = np.concatenate([lower, *[c.lower for c in rows]])
    # Sums of squares are finite only where everything is; limits may be infinite, but not NaN.
    numbers = hessian.sum() + gradient @ gradient + matrix.ravel() @ matrix.ravel()
    if not math.isfinite(numbers) or math.isnan(uppers.min() + lowers.max()):
        return None
    velocities, _, status, info = daqp.solve(
        hessian,
        gradient,
        matrix,
        uppers,
        lowers,
        _types(n, len(uppers)),
        iter_limit=ITERATIONS,
    )
    if status < 1 or not math.isfinite(velocities @ velocities):
        return None
    return Solution(
        # The solver keeps bounds to 5e-7 only.
        np.minimum(np.maximum(velocities, lower), upper),
        _acting(info['lam'], n, bounds, rows),
    )


@cache
def _types(hard: int, count: int) -> NDArray[np.int32]:
    types = np.full(count, _SOFT, dtype=np.int32)
    types[:hard] = _HARD
    return types


def _acting(
    multipliers: Array, n: int, bounds: Sequence[Constraint], rows: Sequence[Constraint]
) -> frozenset[SafetyCode]:
    """Codes of constraints with a multiplier: positive at an upper, negative at a lower bound."""
    codes = set()
    for index in np.flatnonzero(np.abs(multipliers) > _ACTS).tolist():
        if index < n:
            above = multipliers[index] > 0.0
            codes.add(min(bounds, key=lambda c: c.upper[index] if above else -c.lower[index]).code)
            continue
        start = n
        for constraint in rows:
            start += len(constraint.upper)
            if index < start:
                codes.add(constraint.code)
                break
    return frozenset(codes)
