# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways in which joint commands come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.abuse_manners import BAD
from octo_ros.safety.fuzz.manners import Manner

if TYPE_CHECKING:
    from octo_ros.safety.fuzz.writer import Moment, Writer
    from octo_ros.types import JointCommand


class JointWalk(Manner):
    """A random walk around where the arm is."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        self._size = float(random.choice([0.01, 0.05, 0.1]))

    def make(self, moment: Moment) -> JointCommand:
        """A little way."""
        step = self._size * self.random.standard_normal(len(moment.positions))
        return self.writer.joints(moment.now_ns, moment.positions + step)


class JointPush(Manner):
    """Every joint on in its direction, at its limit of speed, into whatever is there."""

    longest = 600

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        speed = np.array(writer.embodiment.limits.velocity)
        self._step = speed * random.uniform(-1.0, 1.0, len(speed)) * 0.1
        if random.random() < 0.5:
            self._step *= np.eye(len(speed))[random.integers(len(speed))]

    def make(self, moment: Moment) -> JointCommand:
        """As far as it gets in a tenth of a second."""
        return self.writer.joints(moment.now_ns, moment.positions + self._step)


class JointReverse(JointPush):
    """To and fro between two configurations."""

    longest = 250

    def make(self, moment: Moment) -> JointCommand:
        """There, and back."""
        sign = 1.0 if moment.tick // 20 % 2 else -1.0
        return self.writer.joints(moment.now_ns, moment.positions + sign * self._step)


class JointFar(Manner):
    """One goal far away, in or beyond the range."""

    def __init__(self, writer: Writer, random: np.random.Generator) -> None:
        super().__init__(writer, random)
        limits = writer.embodiment.limits
        self._goal = random.uniform(limits.position_min, limits.position_max)
        self._goal = self._goal * float(random.choice([1.0, 1.0, 2.0, 1e3, 1e18]))

    def make(self, moment: Moment) -> JointCommand:
        """Straight there."""
        return self.writer.joints(moment.now_ns, self._goal)


class JointGarbage(Manner):
    """Wrong names, another order, values that are not finite."""

    def make(self, moment: Moment) -> JointCommand:
        """Spoiled in one way or another."""
        step = 0.02 * self.random.standard_normal(len(moment.positions))
        good = self.writer.joints(moment.now_ns, moment.positions + step)
        names, positions = list(good.joint_names), np.array(good.positions)
        kind = self.random.integers(6)
        if kind == 0:
            positions[self.random.integers(len(positions))] = self.random.choice(BAD)
        elif kind == 1:
            names[self.random.integers(len(names))] = str(self.random.choice(['', 'elbow_2']))
        elif kind == 2:
            names, positions = names[:-1], positions[:-1]
        elif kind == 3:
            names, positions = [*names, names[0]], np.append(positions, positions[0])
        elif kind == 4:
            names[0] = names[1]
        else:
            order = self.random.permutation(len(names))
            names, positions = [names[i] for i in order], positions[order]
        return replace(good, joint_names=tuple(names), positions=positions)


JOINT_MANNERS: tuple[type[Manner], ...] = (
    JointWalk,
    JointPush,
    JointPush,
    JointReverse,
    JointFar,
    JointGarbage,
)
"""All of them, as often as they are to come."""
