# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways in which end-effector commands come; each its own class, for about a second at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.writer import PERIOD, Moment, Writer

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.types import Command, JointCommand

BAD = (np.nan, np.inf, -np.inf, 1e300, -1e300, 1e18, -1e18, 5e-324, 1e-310, -5e-324)
"""Values that break arithmetic; the last ones are denormal and harmless."""


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


class Garbage(Manner):
    """One value of every other command is not finite, huge or denormal."""

    def make(self, moment: Moment) -> Command:
        """Spoiled in one place."""
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        if self.random.random() < 0.5:
            return good
        values = [*good.translation, *good.rotation, good.gripper, good.duration]
        values[self.random.integers(8)] = self.random.choice(BAD)
        return replace(
            good,
            translation=np.array(values[:3]),
            rotation=np.array(values[3:6]),
            gripper=values[6],
            duration=values[7],
        )


class OnlyGarbage(Garbage):
    """Nothing but values that are not finite, command after command."""

    longest = 80

    def make(self, moment: Moment) -> Command:
        """Not a number anywhere."""
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        return replace(good, translation=np.full(3, self.random.choice(BAD[:3])))


class Outlier(Manner):
    """Jumps of metres now and then, or all the time."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self._share = float(random.choice([0.1, 0.5, 1.0]))

    def make(self, moment: Moment) -> Command:
        """Four to a million times too long."""
        far = self.random.random() < self._share
        scale = float(10.0 ** self.random.uniform(0.6, 6.0)) if far else 1.0
        return self.writer.command(moment.now_ns, scale * self.linear, self.angular)


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


class Disorder(Manner):
    """Old, repeated, out of order and from the future."""

    _last: Command | None = None

    def make(self, moment: Moment) -> Command:
        """Shifted in time or in number, or the one before once more."""
        if self._last is not None and self.random.random() < 0.2:
            return self._last
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        shift = int(self.random.choice([-1000, -210, -150, -1, 0, 0, 1, 19, 21, 1000]))
        self._last = replace(
            good,
            stamp_ns=good.stamp_ns + shift * 1_000_000,
            seq=good.seq + int(self.random.integers(-3, 3)),
        )
        return self._last


class AbsurdStamps(Manner):
    """Stamps and numbers at the ends of their types."""

    longest = 80

    def make(self, moment: Moment) -> Command:
        """Year 1677, 1970 or 2262."""
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        stamp = int(self.random.choice([-(2**63), 0, 1, 2**63 - 1]))
        return replace(good, stamp_ns=stamp, seq=int(self.random.choice([-(2**63), 2**63 - 1])))


class Wrap(Manner):
    """The sequence number starts again, as of a counter that overflows or a new policy."""

    def make(self, moment: Moment) -> Command:
        """Now and then from the bottom."""
        if self.random.random() < 0.1:
            self.writer.seq = int(self.random.choice([0, -(2**31), 2**31 - 2]))
        return self.writer.command(moment.now_ns, self.linear, self.angular)


class Foreign(Manner):
    """In a frame that is not the base."""

    def make(self, moment: Moment) -> Command:
        """Of a camera, of nothing, or right after all."""
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        frame = str(self.random.choice(['', 'camera', good.frame_id + ' ', good.frame_id]))
        return replace(good, frame_id=frame)


class Durations(Manner):
    """Durations from nothing to for ever."""

    def make(self, moment: Moment) -> Command:
        """Too short, too long, negative, or at an edge."""
        duration = float(
            self.random.choice([-0.1, 0.0, 1e-9, 0.0099, 0.01, 0.03, 0.25, 0.2501, 10.0, np.nan])
        )
        good = self.writer.command(moment.now_ns, self.linear, self.angular)
        return replace(good, duration=duration)


class Gripper(Manner):
    """An opening that flips, hovers or is nonsense, while the arm moves."""

    def make(self, moment: Moment) -> Command:
        """Anything."""
        gripper = float(
            self.random.choice([0.0, 1.0, 0.0, 1.0, 0.44, 0.5, 0.56, -1e-9, 1.1, -5.0, np.nan])
        )
        return replace(self.writer.command(moment.now_ns, self.linear, self.angular),
                       gripper=gripper)


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


EFFECTOR_MANNERS: tuple[type[Manner], ...] = (
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
    Garbage,
    OnlyGarbage,
    Outlier,
    Burst,
    FastShort,
    Slow,
    Disorder,
    AbsurdStamps,
    Wrap,
    Foreign,
    Durations,
    Gripper,
    Silence,
    Stutter,
)
"""All of them, as often as they are to come."""
