# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Invariants of the sent joint positions alone: I1, I2, and the form of what is sent, I6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.invariants import EXACT, Finding, Invariant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.safety.fuzz.invariants import Rows
    from octo_ros.safety.fuzz.record import Record


def motion(record: Record, embodiment: Embodiment) -> list[Finding]:
    """Judge positions, their differences, and the form."""
    limits, dt = embodiment.limits, 1.0 / embodiment.timing.control_rate
    rows = np.flatnonzero(~record.start)
    velocity = _difference(record.positions, record.start, dt)
    acceleration = _difference(velocity, record.start, dt)
    jerk = _difference(acceleration, record.start, dt)
    findings = [_range(record, embodiment, rows)]
    for invariant, value, most in (
        (Invariant.VELOCITY, velocity, limits.velocity),
        (Invariant.ACCELERATION, acceleration, limits.braking),
        (Invariant.JERK, jerk, limits.jerk),
    ):
        slack = 1.0 - (np.abs(value[rows]) / np.array(most)).max(axis=1)
        findings.append(Finding(invariant, rows, slack))
    return [*findings, _form(record, velocity, rows)]


def _difference(values: Array, start: NDArray[np.bool_], dt: float) -> Array:
    """Quotients of successive rows, shape of `values`; zero where the arm rests at a start."""
    quotient = np.zeros_like(values)
    quotient[1:] = np.diff(values, axis=0) / dt
    quotient[start] = 0.0
    return quotient


def _range(record: Record, embodiment: Embodiment, rows: Rows) -> Finding:
    """A joint that began inside the margin may only come back, tick by tick."""
    limits = embodiment.limits
    lower = np.add(limits.position_min, limits.position_margin)
    upper = np.subtract(limits.position_max, limits.position_margin)
    here, before = record.positions[rows], record.positions[rows - 1]
    room = np.minimum(here - np.minimum(lower, before), np.maximum(upper, before) - here)
    return Finding(Invariant.POSITION, rows, room.min(axis=1))


def _form(record: Record, velocity: Array, rows: Rows) -> Finding:
    """Finite, an opening of 0..1, and velocities that are those of the positions."""
    values = np.column_stack(
        [record.positions, record.velocities, record.translations, record.rotations]
    )[rows]
    gripper = record.gripper[rows]
    good = (
        np.isfinite(values).all(axis=1)
        & (gripper >= 0.0)
        & (gripper <= 1.0)
        & (np.abs(record.velocities[rows] - velocity[rows]).max(axis=1) <= EXACT)
        & ~np.isin(record.tick[rows], list(record.malformed))
    )
    # A tick that sent nothing at all has no row; it counts at the last one before it.
    lost = [
        max(int(np.searchsorted(record.tick, tick, side='right')) - 1, 0)
        for tick in record.malformed
        if not np.isin(tick, record.tick[rows])
    ]
    judged = np.concatenate([rows, np.array(lost, dtype=rows.dtype)])
    slack = np.concatenate([np.where(good, 0.0, -1.0), np.full(len(lost), -1.0)])
    return Finding(Invariant.FORM, judged, slack)
