# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions from commanded velocities, each of which holds until the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.command_delta import FAR, TIMES, TWISTS, path_length
from octo_ros.data.labels.commanded import HOLD_NS, CommandedRecipe, finite_vectors
from octo_ros.data.labels.displacements import achieved
from octo_ros.geometry import matrix_from_rotation_vector, rpy_from_matrix

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


@dataclass(frozen=True)
class Velocity:
    """A velocity that was commanded, base axes.

    Attributes:
        time_ns: From when on [ns].
        linear: Shape (3,), m/s.
        angular: Shape (3,), rad/s.
    """

    time_ns: int
    linear: Array
    angular: Array


class CommandVelocityLabels(CommandedRecipe):
    """Integrals of Twist and TwistStamped, each held until the next, for half a second at most."""

    source = 'command_velocity'
    types = TWISTS

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        super().__init__(embodiment, topics)
        self._velocities: list[Velocity] = []

    def take(self, message: BagMessage) -> bool:
        """Keep a velocity; False if its numbers are not finite."""
        twist = message.value.twist if hasattr(message.value, 'twist') else message.value
        vectors = finite_vectors(twist.linear, twist.angular)
        if vectors is not None:
            self._velocities.append(Velocity(message.stamp_ns, *vectors))
        return vectors is not None

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Displacements, shape (n, 6): m and rad, base axes; the last one is 0."""
        self._velocities.sort(key=lambda v: v.time_ns)
        rows = np.zeros((len(stamps_ns), 6))
        for row, (start_ns, end_ns) in zip(rows, pairwise(stamps_ns), strict=False):
            rotation = np.eye(3)
            for velocity, seconds in self._held(start_ns, end_ns):
                row[:3] += velocity.linear * seconds
                rotation = matrix_from_rotation_vector(velocity.angular * seconds) @ rotation
            row[3:] = rpy_from_matrix(rotation)
        asked, went = path_length(rows), path_length(achieved(states.proprio))
        if went > max(FAR, TIMES * asked):
            self._warnings[
                f'{self._topic}: the arm went more than {TIMES:g} times as far as the velocities '
                'ask for; if they are displacements, choose --action command_delta'
            ] += len(rows)
        return rows

    def _held(self, start_ns: int, end_ns: int) -> Iterator[tuple[Velocity, float]]:
        """Velocities that held in a span, and for how long [s]."""
        velocities = self._velocities
        index = bisect_right(velocities, start_ns, key=lambda v: v.time_ns) - 1
        for i in range(max(index, 0), len(velocities)):
            velocity = velocities[i]
            if velocity.time_ns >= end_ns:
                return
            last_ns = velocities[i + 1].time_ns if i + 1 < len(velocities) else end_ns
            until_ns = min(last_ns, velocity.time_ns + HOLD_NS, end_ns)
            seconds = (until_ns - max(velocity.time_ns, start_ns)) / 1e9
            if seconds > 0:
                yield velocity, seconds
