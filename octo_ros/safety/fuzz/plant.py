# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arm that the filter thinks it drives, and what its joint states go through."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.inputs import FOLLOWING, Measured

if TYPE_CHECKING:
    from octo_ros.geometry import Array

_MS = 1_000_000


class Plant:
    """An arm behind its reference by a first-order lag; it may stick, and its encoders are noisy.

    Args:
        random: Source of chance.
        joints: How many joints it has.

    Attributes:
        positions: Where it really is, shape (n,), rad.
    """

    positions: Array

    def __init__(self, random: np.random.Generator, joints: int) -> None:
        self._random = random
        self._joints = joints

    def begin(self, positions: Array) -> None:
        """Stand at `positions`; a new arm, perfect in two of five cases."""
        self.positions = np.array(positions)
        self._gain = float(self._random.choice([1.0, 1.0, 0.6, 0.3, 0.15]))
        self._noise = float(self._random.choice([0.0, 1e-6, 1e-4, 1e-3])) if self._gain < 1 else 0
        self._stuck = 0
        self._flaw: Flaw = Good(self._random)
        self._left = int(self._random.integers(50, 600))

    def follow(self, sent: Array) -> None:
        """One period towards the reference, which may have got stuck."""
        if self._stuck > 0:
            self._stuck -= 1
        elif self._random.random() < 0.0005:
            self._stuck = int(self._random.integers(5, 80))
        else:
            self.positions += self._gain * (sent - self.positions)

    def measure(self, sent: Array) -> Measured | None:
        """The joint state of this tick; None if none comes."""
        self._left -= 1
        if self._left <= 0:
            good = isinstance(self._flaw, Good)
            kind = FLAWS[self._random.integers(len(FLAWS))] if good else Good
            self._flaw = kind(self._random)
            self._left = int(self._random.integers(*((1, 60) if good else (50, 600))))
        return self._flaw.show(self._offset(sent), sent)

    def honest(self, sent: Array) -> Measured:
        """Where it is, fresh and complete."""
        offset = self._offset(sent)
        return FOLLOWING if offset is None else Measured(offset)

    def _offset(self, sent: Array) -> Array | None:
        if self._gain == 1.0 and not self._stuck:
            return None
        offset = self.positions - sent
        if self._noise:
            offset = offset + self._noise * self._random.standard_normal(self._joints)
        return offset


class Flaw(ABC):
    """One way in which joint states are wrong.

    Args:
        random: Source of chance.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    @abstractmethod
    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """What comes instead of a state that is `offset` off `sent`."""


class Good(Flaw):
    """None at all."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """As it is."""
        return FOLLOWING if offset is None else Measured(offset)


class Lost(Flaw):
    """No states."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """Nothing."""
        return None


class NotFinite(Flaw):
    """A joint that is NaN or infinite."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """One value of it."""
        wrong = np.zeros(len(sent)) if offset is None else np.array(offset)
        wrong[self._random.integers(len(sent))] = self._random.choice([np.nan, np.inf, -np.inf])
        return Measured(wrong)


class Incomplete(Flaw):
    """Joints are missing."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """All but the last one or more."""
        return Measured(offset, missing=int(self._random.integers(1, len(sent) + 1)))


class Frozen(Flaw):
    """The same positions with new stamps, wherever the arm goes."""

    _at: Array | None = None

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """The first ones that were seen."""
        if self._at is None:
            self._at = np.array(sent) if offset is None else sent + offset
        return Measured(self._at - sent)


class Delayed(Flaw):
    """Old, but perhaps not too old."""

    def __init__(self, random: np.random.Generator) -> None:
        super().__init__(random)
        self._age_ns = int(random.choice([20, 60, 99, 101, 150, 400])) * _MS

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """With an old stamp."""
        return Measured(offset, age_ns=self._age_ns)


class FromTheFuture(Flaw):
    """Stamped ahead of the clock."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """By up to half a second."""
        return Measured(offset, age_ns=-int(self._random.integers(1, 500)) * _MS)


class Displaced(Flaw):
    """Somewhere else: pushed, or another robot's states."""

    def __init__(self, random: np.random.Generator) -> None:
        super().__init__(random)
        self._way = random.standard_normal(7) * random.choice([0.02, 0.1, 0.3, 3.0])

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """By a constant way."""
        way = self._way[: len(sent)]
        return Measured(way if offset is None else offset + way)


class Led(Flaw):
    """Somebody leads it elsewhere, as fast as a hand does, and keeps it there."""

    def __init__(self, random: np.random.Generator) -> None:
        super().__init__(random)
        self._way = random.uniform(-0.4, 0.4, 7)
        self._ticks = int(random.integers(10, 30))
        self._shown = 0
        self._from: Array | None = None

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """On a straight line, whatever is sent."""
        if self._from is None:
            self._from = np.array(sent) if offset is None else sent + offset
        self._shown = min(self._shown + 1, self._ticks)
        way = self._way[: len(sent)] * (self._shown / self._ticks)
        return Measured(self._from + way - sent)


class BadGripper(Flaw):
    """A gripper that is not finite or out of range."""

    def show(self, offset: Array | None, sent: Array) -> Measured | None:
        """Its opening."""
        return Measured(offset, gripper=float(self._random.choice([np.nan, np.inf, -3.0, 7.0])))


FLAWS: tuple[type[Flaw], ...] = (
    Lost,
    NotFinite,
    Incomplete,
    Frozen,
    Delayed,
    FromTheFuture,
    Displaced,
    Led,
    BadGripper,
)
"""All ways in which joint states are wrong."""
