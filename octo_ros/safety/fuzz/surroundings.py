# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What happens around the stream: locks, the clock, resets, obstacles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.limits import Obstacle
from octo_ros.safety.fuzz.inputs import (
    UNLOCKED,
    Action,
    AddObstacle,
    Deactivate,
    Measured,
    RemoveObstacle,
    Reset,
)
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Locks

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.geometry import Array

_MS = 1_000_000
_LOCKS = (
    Locks(held=('deadman',)),
    Locks(held=('heartbeat', 'deadman')),
    Locks(latched=('emergency_stop',)),
    Locks(robot_fault='reflex: cartesian_reflex'),
    Locks(cause=SafetyCode.STOP_DUPLICATE_PUBLISHER),
    Locks(latched=('emergency_stop',), held=('deadman',), robot_fault='protective stop'),
)


class LockTrouble:
    """Locks that are set for a while and released.

    Args:
        random: Source of chance.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self.calm()

    def calm(self) -> None:
        """All released."""
        self._locks, self._left = UNLOCKED, 0

    def next(self) -> Locks:
        """Of this tick."""
        if self._left > 0:
            self._left -= 1
        elif self._random.random() < 0.003:
            self._locks = _LOCKS[self._random.integers(len(_LOCKS))]
            self._left = int(self._random.choice([0, 5, 60, 60, 120]))
        else:
            self._locks = UNLOCKED
        return self._locks


class ClockTrouble:
    """Late ticks, and a clock that jumps.

    Args:
        random: Source of chance.
        period_ns: Control period [ns].
    """

    def __init__(self, random: np.random.Generator, period_ns: int) -> None:
        self._random = random
        self._period_ns = period_ns

    def next(self) -> int:
        """How far the clock goes in this tick [ns]."""
        chance = self._random.random()
        if chance > 0.02:
            return self._period_ns
        if chance > 0.01:
            return self._period_ns + int(self._random.integers(-4, 5)) * _MS
        if chance > 0.0005:
            return self._period_ns * int(self._random.integers(2, 12))
        return int(self._random.choice([-10_000, -600, -5, 0, 600, 5_000, 3_600_000])) * _MS


class ResetTrouble:
    """Resets in any state, good and bad, and the deactivations that go before some.

    Args:
        random: Source of chance.
        joints: How many joints the arm has.
    """

    def __init__(self, random: np.random.Generator, joints: int) -> None:
        self._random = random
        self._joints = joints
        self._wait = 0

    def next(self, state: SafetyState, honest: Callable[[], Measured]) -> tuple[Action, ...]:
        """Before this tick, given where the filter stands and how the arm would be measured."""
        chance = self._random.random()
        if state in (SafetyState.INACTIVE, SafetyState.LATCHED):
            self._wait -= 1
            if self._wait > 0:
                return (self._bad(),) if chance < 0.1 else ()
            self._wait = int(self._random.integers(1, 60))
            return (Reset(honest()),)
        if chance < 0.001:  # spam
            return (Reset(honest()), self._bad(), Reset(honest()))
        if chance < 0.0015:
            self._wait = int(self._random.integers(0, 10))
            return (Deactivate(),) if state is not SafetyState.RUN else ()
        return (self._bad(),) if chance < 0.003 else ()

    def _bad(self) -> Reset:
        """One that must be refused."""
        kind = self._random.integers(6)
        if kind == 0:
            return Reset(Measured(age_ns=int(self._random.choice([-500, 101, 5_000])) * _MS))
        if kind == 1:
            return Reset(Measured(np.full(self._joints, np.nan)))
        if kind == 2:
            return Reset(Measured(missing=1))
        if kind == 3:
            return Reset(Measured(np.full(self._joints, 20.0)))
        if kind == 4:
            return Reset(Measured(speed=0.2))
        return Reset(locks=_LOCKS[self._random.integers(4)])


class ObstacleTrouble:
    """Boxes that come and go, where the arm is not.

    Args:
        random: Source of chance.
        lower: Corner of where they stand, shape (3,), m.
        upper: Opposite corner.
        room: Room of the arm from an obstacle at joint positions [m].
    """

    def __init__(
        self,
        random: np.random.Generator,
        lower: Array,
        upper: Array,
        room: Callable[[Array, Obstacle], float],
    ) -> None:
        self._random = random
        self._lower, self._upper = np.asarray(lower), np.asarray(upper)
        self._room = room
        self.begin()

    def begin(self) -> None:
        """None stands there."""
        self._up: list[str] = []
        self._count = 0

    def next(self, positions: Array) -> tuple[Action, ...]:
        """Before this tick, of an arm at `positions` [rad], shape (n,)."""
        chance = self._random.random()
        if chance > 0.003:
            return ()
        if self._up and chance < 0.0015:
            return (RemoveObstacle(self._up.pop(self._random.integers(len(self._up)))),)
        if len(self._up) >= 2:
            return ()
        self._count += 1
        size = self._random.uniform(0.03, 0.15, 3)
        place = self._random.uniform(self._lower, self._upper)
        turn = self._random.uniform(-3.0, 3.0, 3) * self._random.integers(2)
        obstacle = Obstacle(
            name=f'box{self._count}', size=tuple(size), xyz=tuple(place), rpy=tuple(turn)
        )
        if self._room(positions, obstacle) < 0.08:  # Beyond the clearance [m]: it could stop.
            return ()
        self._up.append(obstacle.name)
        return (AddObstacle(obstacle),)
