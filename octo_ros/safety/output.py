# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The last look at the numbers that are about to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits

ROUNDING = 1e-6
"""Relative excess over a limit that is floating-point rounding."""


class OutputCheck:
    """Defence in depth: recomputes the limits on the exact array, whatever produced it.

    Args:
        limits: The robot's limits; positions are held against the hard ones, without margin.
        dt: Control period [s].
    """

    def __init__(self, limits: Limits, dt: float) -> None:
        self._lower = readonly(limits.position_min)
        self._upper = readonly(limits.position_max)
        self._speed = readonly(np.multiply(limits.velocity, 1.0 + ROUNDING))
        self._step = readonly(np.multiply(limits.braking, dt * (1.0 + ROUNDING)) + ROUNDING)
        self._dt = dt

    def problem(
        self, positions: Array, last_positions: Array, last_velocities: Array
    ) -> str | None:
        """What forbids sending `positions`, as a sentence; None if nothing does.

        Args:
            positions: About to be sent, shape (n,), rad.
            last_positions: Sent in the tick before, shape (n,), rad.
            last_velocities: Joint velocities of the tick before, shape (n,), rad/s.
        """
        if not np.isfinite(positions).all():
            return f'The reference {positions.tolist()} is not finite.'
        if (positions < self._lower).any() or (positions > self._upper).any():
            return f'The reference {positions.tolist()} rad is outside the joint range.'
        velocities = (positions - last_positions) / self._dt
        if (np.abs(velocities) > self._speed).any():
            return f'The reference moves at {velocities.tolist()} rad/s, above the joint speeds.'
        if (np.abs(velocities - last_velocities) > self._step).any():
            step = (velocities - last_velocities).tolist()
            return f'The reference changes its velocity by {step} rad/s in one period.'
        return None
