# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ticks of one episode, cut where ticks are missing, so that no action spans a hole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.states import LabelStates
from octo_ros.observation.missing import Missing
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.conversion.pictures import PictureStore
    from octo_ros.data.timing.align import Tick
    from octo_ros.geometry import Array
    from octo_ros.types import JointState, Observation

REPEATED = f'{PRIMARY}: the same frame as at the tick before'


@dataclass(frozen=True)
class Part:
    """Consecutive observations without a hole; n of them.

    Attributes:
        start: Row of the first one, counted over all observations of the episode.
        stamps_ns: Times of the observations [ns].
        states: The robot at these times.
        observations: Key of a further vector to float32, shape (n, D).
        is_end: It reaches the end of its episode.
    """

    start: int
    stamps_ns: tuple[int, ...]
    states: LabelStates
    observations: Mapping[str, NDArray[np.float32]]
    is_end: bool


@dataclass(frozen=True)
class _Row:
    stamp_ns: int
    proprio: NDArray[np.float32]
    low_dim: Mapping[str, NDArray[np.float32]]
    joints: Array
    gripper: float


class PartCollector:
    """Takes an episode's ticks one by one and keeps only their numbers.

    Args:
        end_ns: End of the episode; observations after it are not part of it [ns].
        period_ns: Distance of the ticks [ns].
        pictures: Takes the pictures of every observation.

    Attributes:
        dropped: Why ticks gave no observation, to how many did not.
        details: The same reasons to the first whole sentence about them.
        skew_ns: Source to its distances from the observations' times [ns].
        count: Observations so far.
    """

    def __init__(self, end_ns: int, period_ns: int, pictures: PictureStore) -> None:
        self._end_ns = end_ns
        self._period_ns = period_ns
        self._pictures = pictures
        self._rows: list[list[_Row]] = []
        self._in_gap = True
        self.dropped: Counter[str] = Counter()
        self.details: dict[str, str] = {}
        self.skew_ns: defaultdict[str, list[int]] = defaultdict(list)
        self.count = 0

    def add(self, tick: Tick) -> None:
        """Take the next tick; one without a new observation is counted and leaves a hole."""
        seen = tick.observation
        if isinstance(seen, Missing):
            self._drop(f'{seen.source}: {seen.cause.value}', seen.reason)
        elif self._rows and seen.stamp_ns <= self._rows[-1][-1].stamp_ns:
            self._drop(REPEATED, REPEATED)
        elif seen.stamp_ns <= self._end_ns:
            self._pictures.add(tick, seen)
            if self._in_gap:
                self._rows.append([])
            self._in_gap = False
            self._rows[-1].append(_row(tick.joints, seen))
            self.count += 1
            for source, skew_ns in seen.skew_ns.items():
                self.skew_ns[source].append(skew_ns)

    def parts(self) -> list[Part]:
        """The runs of consecutive observations, in the order of time."""
        parts, start = [], 0
        for rows in self._rows:
            parts.append(self._part(start, rows, is_last=rows is self._rows[-1]))
            start += len(rows)
        return parts

    def _part(self, start: int, rows: list[_Row], *, is_last: bool) -> Part:
        # Cameras often stop a tick before the recording does.
        reaches_end = self._end_ns - rows[-1].stamp_ns < 2 * self._period_ns
        return Part(
            start=start,
            stamps_ns=tuple(row.stamp_ns for row in rows),
            states=LabelStates(
                proprio=np.stack([row.proprio for row in rows]),
                joints=np.stack([row.joints for row in rows]),
                gripper=np.array([row.gripper for row in rows], np.float64),
            ),
            observations={
                key: np.stack([row.low_dim[key] for row in rows]) for key in rows[0].low_dim
            },
            is_end=is_last and reaches_end,
        )

    def _drop(self, reason: str, detail: str) -> None:
        self._in_gap = True
        self.dropped[reason] += 1
        self.details.setdefault(reason, detail)


def _row(joints: JointState | None, seen: Observation) -> _Row:
    assert joints is not None  # whatever was observed has joints
    return _Row(seen.stamp_ns, seen.proprio, seen.low_dim, joints.positions, joints.gripper)
