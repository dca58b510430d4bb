# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A measured gripper opening → open or closed, as it was meant.

Octo learns an absolute gripper command, 1 open and 0 closed. A measured opening tells the command
only when the gripper has come to rest; on its way it takes the next settled value, as Octo does
for BridgeData (`binarize_gripper_actions`). Two things differ, because these are measurements: an
opening that stands still in between is settled, too, for a gripper that stopped on its way to
closed holds something; and a trailing way takes the last settled value, not its raw number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array

OPEN, CLOSED = 0.95, 0.05
STILL = 0.01  # opening per step; less is the noise of an encoder, not a motion
STILL_STEPS = 3  # observations at least
SAME_LEVEL = 0.03


@dataclass(frozen=True)
class SettledGripper:
    """Openings as they were meant.

    Attributes:
        opening: Shape (n,): 0 or 1.
        moving: Observations that took the value of a neighbour.
        held: Observations that stood still between open and closed.
        guessed: Observations of a recording in which the gripper never settles.
    """

    opening: Array
    moving: int = 0
    held: int = 0
    guessed: int = 0


@dataclass(frozen=True)
class _Rest:
    """Observations first .. last in which the gripper rests at a level."""

    first: int
    last: int
    level: float

    @property
    def is_between(self) -> bool:
        return CLOSED < self.level < OPEN


def settle(opening: Array) -> SettledGripper:
    """Tell for every observation whether the gripper was to be open or closed.

    Args:
        opening: Shape (n,), n at least 1: measured, 0 closed .. 1 open.
    """
    rests = _rests(opening)
    if not rests:
        falls = opening[-1] < opening[0] if opening[-1] != opening[0] else opening[0] < 0.5
        return SettledGripper(np.full(len(opening), float(not falls)), guessed=len(opening))
    meant = _meanings(rests)
    settled = np.full(len(opening), meant[-1])
    for rest, value in reversed(list(zip(rests, meant, strict=True))):
        settled[: rest.last + 1] = value
    held = sum(rest.last - rest.first + 1 for rest in rests if rest.is_between)
    resting = sum(rest.last - rest.first + 1 for rest in rests)
    return SettledGripper(settled, moving=len(opening) - resting, held=held)


def _rests(opening: Array) -> list[_Rest]:
    """Where the gripper is open, closed, or stands still in between."""
    kinds = np.where(opening >= OPEN, 2, np.where(opening <= CLOSED, 0, 1))
    steady = np.abs(np.diff(opening)) <= STILL
    breaks = [
        i + 1
        for i in range(len(opening) - 1)
        if kinds[i] != kinds[i + 1] or (kinds[i] == 1 and not steady[i])
    ]
    rests = []
    for first, end in pairwise([0, *breaks, len(opening)]):
        if kinds[first] != 1 or end - first >= STILL_STEPS:
            rests.append(_Rest(first, end - 1, float(np.median(opening[first:end]))))
    return rests


def _meanings(rests: list[_Rest]) -> list[float]:
    """0 or 1 for each rest: in between, the way on which the gripper stopped tells which."""
    meant: list[float] = []
    for i, rest in enumerate(rests):
        if not rest.is_between:
            meant.append(float(rest.level >= OPEN))
        elif i and abs(rest.level - rests[i - 1].level) <= SAME_LEVEL:
            meant.append(meant[-1])
        elif i:
            meant.append(float(rest.level > rests[i - 1].level))
        else:
            meant.append(_meaning_of_first(rests))
    return meant


def _meaning_of_first(rests: list[_Rest]) -> float:
    """A gripper that opens afterwards had been closed, and the other way round."""
    level = rests[0].level
    for rest in rests[1:]:
        if abs(rest.level - level) > SAME_LEVEL:
            return float(rest.level < level)
    return float(level >= 0.5)
