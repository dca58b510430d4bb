# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the TCP will be, from where it was seen and what has been sent since."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose, readonly

if TYPE_CHECKING:
    from octo_ros.geometry import Array

_LAG_NS = 60_000_000  # the arm makes a displacement about this much later than it is sent
_MEMORY = 20  # steps


class SentMotion:
    """The displacements of the last seconds, each spread evenly over its period.

    A controller that looked only at the measured pose would ask again for motion that is still on
    its way, and swing about its goal.

    Args:
        period: Duration of a step [s].
    """

    def __init__(self, period: float) -> None:
        self._period_ns = round(period * 1e9)
        self._steps: deque[tuple[int, Array, Array]] = deque(maxlen=_MEMORY)

    def add(self, start_ns: int, translation: Array, rotation: Array) -> None:
        """Remember a step, in place of one with the same start.

        Args:
            start_ns: When it begins [ns].
            translation: Shape (3,), m, base axes.
            rotation: Shape (3,), rad, extrinsic rpy, base axes.
        """
        if self._steps and self._steps[-1][0] == start_ns:
            self._steps.pop()
        self._steps.append((start_ns, readonly(translation, (3,)), readonly(rotation, (3,))))

    def ahead(self, seen: Pose, seen_ns: int, until_ns: int) -> Pose:
        """The pose at `until_ns`, when it was `seen` at `seen_ns` [ns].

        The rotation of a step is small, so a part of it is taken as that share of its angles.
        """
        pose = seen
        begin, end = seen_ns - _LAG_NS, until_ns
        for start, translation, rotation in self._steps:
            overlap = min(end, start + self._period_ns) - max(begin, start)
            share = float(np.clip(overlap / self._period_ns, 0.0, 1.0))
            pose = pose.displaced(share * translation, share * rotation)
        return pose
