# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways in which end-effector commands come; each its own class, for about a second at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.writer import PERIOD, Moment, Writer

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.types import Command, JointCommand


class Manner:
    """A stream of one kind, at 10 Hz unless it says otherwise.

    Args:
        writer: Makes good commands.
        random: Source of chance.

    Attributes:
        every: Ticks between commands.
        longest: Ticks for which it goes on at most.
    """

    every = PERIOD
    longest = 250

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        self.writer = writer
        self.random = random
        self.linear = self._unit() * float(random.choice([0.1, 0.5, 1.0, 1.0, 2.0, 3.9]))
        self.angular = self._unit() * float(random.choice([0.0, 0.0, 0.3, 1.0, 3.9]))

    def next(self, moment: Moment) -> Command | JointCommand | None:
        """What comes in this tick."""
        return self.make(moment) if moment.tick % self.every == 0 else None

    def make(self, moment: Moment) -> Command | JointCommand | None:
        """The next command of the stream."""
        return self.writer.command(moment.now_ns, self.linear, self.angular)

    def _unit(self) -> Array:
        vector = self.random.standard_normal(3)
        unit: Array = vector / np.linalg.norm(vector)
        return unit


class Push(Manner):
    """In one direction for long: into walls, limits, the arm itself, singularities."""

    longest = 600


class PushAlongAxis(Push):
    """Along one base axis at full speed: down into the table, back into the base, out of reach."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self.linear = np.eye(3)[random.integers(3)] * random.choice([-1.0, 1.0])
        self.angular = np.zeros(3)


class Turn(Push):
    """Only rotations, for long: wrists into their limits and into the arm."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self.linear, self.angular = np.zeros(3), self._unit()


class Reverse(Manner):
    """A square wave at full speed."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self._half = int(random.integers(1, 8))

    def make(self, moment: Moment) -> Command:
        """There, and back."""
        sign = 1.0 if moment.tick // (PERIOD * self._half) % 2 else -1.0
        return self.writer.command(moment.now_ns, sign * self.linear, sign * self.angular)


class Walk(Manner):
    """A new direction with each command."""

    def make(self, moment: Moment) -> Command:
        """Anywhere."""
        linear, angular = self.random.normal(size=(2, 3)) * 0.7
        return self.writer.command(moment.now_ns, linear, angular)


class Gentle(Manner):
    """What a good policy does: slow and smooth."""

    longest = 400

    def make(self, moment: Moment) -> Command:
        """A slow curve."""
        wave = 0.3 * np.sin(0.01 * moment.tick + np.arange(6.0))
        return self.writer.command(moment.now_ns, wave[:3], 0.3 * wave[3:])


class Nothing(Manner):
    """Commands for no displacement."""

    def make(self, moment: Moment) -> Command:
        """Zero."""
        return self.writer.command(moment.now_ns, np.zeros(3), np.zeros(3))


class Tiny(Manner):
    """Displacements so small that their squares are zero."""

    def make(self, moment: Moment) -> Command:
        """Denormal, or nearly."""
        size = float(self.random.choice([5e-324, 1e-310, 1e-200, 1e-30, 1e-12]))
        return self.writer.command(moment.now_ns, size * self.linear, size * self.angular)


class Burst(Manner):
    """A command in every tick."""

    every = 1
    longest = 120


class FastShort(Manner):
    """A command in every tick that lasts one tick: a stream at 100 Hz."""

    every = 1
    longest = 120

    def make(self, moment: Moment) -> Command:
        """As short as may be."""
        return self.writer.command(moment.now_ns, self.linear, self.angular, duration=0.01)


class Slow(Manner):
    """Long commands at 4 Hz, at the edge of the time-out."""

    every = 25

    def make(self, moment: Moment) -> Command:
        """A quarter of a second."""
        return self.writer.command(moment.now_ns, self.linear, self.angular, duration=0.25)


class Silence(Manner):
    """Nothing: shorter than the time-out, longer, or so long that a reset is needed."""

    longest = 150

    def make(self, moment: Moment) -> None:
        """Nothing."""


class Stutter(Manner):
    """Commands with gaps around the time-out."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self.every = int(random.integers(11, 40))


MOTION_MANNERS: tuple[type[Manner], ...] = (
    Push,
    Push,
    PushAlongAxis,
    PushAlongAxis,
    Turn,
    Reverse,
    Reverse,
    Walk,
    Gentle,
    Gentle,
    Nothing,
    Tiny,
    Burst,
    FastShort,
    Slow,
    Silence,
    Stutter,
)
"""All of them, as often as they are to come."""
