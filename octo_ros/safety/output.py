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

ROUNDING = 1e-12
"""Rounding of a position [rad]; divided by the period for each derivative."""


class OutputCheck:
    """Defence in depth: recomputes the limits on the exact array, whatever produced it.

    Args:
        limits: The robot's limits; positions are held against the hard ones, without margin.
        dt: Control period [s].
    """

    def __init__(self, limits: Limits, dt: float) -> None:
        self._lower = readonly(limits.position_min)
        self._upper = readonly(limits.position_max)
        self._most = readonly(
            np.concatenate(
                [
                    np.add(limits.velocity, ROUNDING / dt),
                    np.add(limits.braking, ROUNDING / dt**2),
                    np.multiply(limits.jerk, dt) + ROUNDING / dt**2,
                ]
            )
        )

    def problem(
        self, positions: Array, velocities: Array, accelerations: Array, last: Array
    ) -> str | None:
        """What forbids sending `positions`, as a sentence; None if nothing does.

        Args:
            positions: About to be sent, shape (n,), rad.
            velocities: Their difference to those sent before over one period, shape (n,), rad/s.
            accelerations: The difference of that to the one before, shape (n,), rad/s².
            last: Accelerations of the tick before, shape (n,), rad/s².
        """
        # All comparisons are False for a NaN.
        if not ((positions >= self._lower) & (positions <= self._upper)).all():
            return f'The reference {positions.tolist()} rad is outside the joint range.'
        changes = np.concatenate([velocities, accelerations, accelerations - last])
        kept = np.abs(changes) <= self._most
        if kept.all():
            return None
        n = len(positions)
        if not kept[:n].all():
            return f'The reference moves at {velocities.tolist()} rad/s, above the joint speeds.'
        if not kept[n : 2 * n].all():
            return f'The reference accelerates with {accelerations.tolist()} rad/s², too much.'
        steps = changes[2 * n :].tolist()
        return f'The reference changes its acceleration by {steps} rad/s² in one period.'
