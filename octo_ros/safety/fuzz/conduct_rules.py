# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Invariants of when the arm may move and what may be accepted: I7, I8, I10, I13 and I14."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.invariants import Finding, Invariant
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.safety.fuzz.invariants import Rows
    from octo_ros.safety.fuzz.record import Record

_STEP = 0.05
"""Times to rest are required in whole steps of this [s]: 0.45 s of the Frankas, else 0.65 s."""


def stop_time(embodiment: Embodiment) -> float:
    """Worst time of a jerk-limited stop [s], ordered while a joint still speeds up.

    From acceleration a the jerk j needs (a + b)/j to full braking b and back to none, with v/b of
    braking between them: T = v/b + (a + b)/j, of the slowest joint.
    """
    limits = embodiment.limits
    v, a, b, j = (
        np.array(x) for x in (limits.velocity, limits.acceleration, limits.braking, limits.jerk)
    )
    return float((v / b + (a + b) / j).max())


def rest_within(embodiment: Embodiment) -> float:
    """Longest time from the last accepted command to rest [s]: time-out, one period and the stop.

    Rounded up to steps of 50 ms.
    """
    timing = embodiment.timing
    return _rounded(timing.command_timeout + 1.0 / timing.control_rate + stop_time(embodiment))


def conduct(record: Record, embodiment: Embodiment) -> list[Finding]:
    """Judge rest, latch, gripper and acceptance."""
    rate = embodiment.timing.control_rate
    rows = np.flatnonzero(~record.start)
    moves = (np.diff(record.positions, axis=0, prepend=record.positions[:1]) != 0.0).any(axis=1)
    state = record.state
    latched = rows[state[rows] == SafetyState.LATCHED]
    silent = rows[record.silence[rows] >= round(rest_within(embodiment) * rate)]
    stopped = round(_rounded(stop_time(embodiment) + 1.0 / rate) * rate)
    locked = rows[record.locked[rows] >= stopped]
    held = record.velocities.any(axis=1) | moves
    running = state == SafetyState.RUN
    still = rows[record.still[rows]]
    drift = np.abs(record.positions[still] - record.positions[still - 1]).max(axis=1)
    return [
        _says(Invariant.SILENCE, silent, ~(held | running)[silent]),
        _says(Invariant.LOCK, locked, ~(held | running)[locked]),
        _says(Invariant.LATCHED, latched, ~held[latched]),
        _resets(record),
        Finding(Invariant.STILL, still, -drift),
        _gripper(record, rows),
        _order(record, rows),
    ]


def _rounded(seconds: float) -> float:
    return ceil(round(seconds / _STEP, 6)) * _STEP


def _says(invariant: Invariant, rows: Rows, good: NDArray[np.bool_]) -> Finding:
    return Finding(invariant, rows, np.where(good, 0.0, -1.0))


def _resets(record: Record) -> Finding:
    rows = [
        max(int(np.searchsorted(record.tick, tick, side='right')) - 1, 0)
        for tick, _ in record.resets
    ]
    refused = np.array([refused for _, refused in record.resets], dtype=bool)
    return _says(Invariant.RESET, np.array(rows, dtype=np.int64), refused)


def _gripper(record: Record, rows: Rows) -> Finding:
    change = np.diff(record.gripper, prepend=record.gripper[:1])[rows]
    ends = np.isin(record.state[rows], (SafetyState.STOPPING, SafetyState.LATCHED))
    wrong = ((change != 0.0) & ~record.accepted[rows]) | ((change > 0.0) & ends)
    return _says(Invariant.GRIPPER, rows, ~wrong)


def _order(record: Record, rows: Rows) -> Finding:
    """Stamps of accepted commands grow from each reset on."""
    taken = rows[record.accepted[rows]]
    later = record.stamps[taken] > record.stamps[taken - 1]
    return _says(Invariant.ORDER, taken, later & record.fit[taken])
