# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Calm joints where the arm is stretched or its axes line up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array

NEAR = 0.05
"""Singular value below which damping begins [m/rad]; 90 % of the arms' boxes lie above 0.06."""

STRONGEST = 0.01
"""Damping at the singularity itself [m²/rad²]: 0.1 m/s of blocked motion give 0.5 rad/s."""


def damping(jacobian: Array) -> float:
    """Weight of |v|² in the least-squares inverse of a Jacobian; 0 away from singularities.

    Near one, motion in the lost direction asks for ever faster joints, which would switch between
    their limits. λ² = λ0²·(1 - (σ/σ0)²) for σ < σ0, as in Chiaverini, Siciliano and Egeland,
    "Review of the damped least-squares inverse kinematics", IEEE TCST 1994.

    Args:
        jacobian: Shape (6, n), m/rad, rotation rows scaled by a length.
    """
    smallest = float(np.linalg.svd(jacobian, compute_uv=False)[-1])
    if smallest >= NEAR:
        return 0.0
    return STRONGEST * (1.0 - (smallest / NEAR) ** 2)
