# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways in which end-effector commands are malformed, late, or absurd."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.manners import Manner

if TYPE_CHECKING:
    from octo_ros.safety.fuzz.writer import Moment, Writer
    from octo_ros.types import Command

BAD = (np.nan, np.inf, -np.inf, 1e300, -1e300, 1e18, -1e18, 5e-324, 1e-310, -5e-324)
"""Values that break arithmetic; the last ones are denormal and harmless."""


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
        return replace(
            self.writer.command(moment.now_ns, self.linear, self.angular), gripper=gripper
        )


ABUSE_MANNERS: tuple[type[Manner], ...] = (
    Garbage,
    OnlyGarbage,
    Outlier,
    Disorder,
    AbsurdStamps,
    Wrap,
    Foreign,
    Durations,
    Gripper,
)
"""All of them, as often as they are to come."""
