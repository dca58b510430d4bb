# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ticks of one episode, cut where ticks are missing, so that no action spans a hole.

The episode is what all sources have in common: before the first observation and after the last one
there is nothing that could be missing, unless the data is there and cannot be used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.states import LabelStates
from octo_ros.data.report.episode_report import TICK
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.conversion.pictures import PictureStore
    from octo_ros.data.timing.align import Tick
    from octo_ros.geometry import Array
    from octo_ros.types import JointState, Observation

REPEATED = f'{PRIMARY}: the same frame as at the tick before'
# Causes for which nothing came, as before a source begins and after it has stopped.
SILENT = {
    MissingCause.NOTHING_ARRIVED,
    MissingCause.TOO_OLD,
    MissingCause.TOO_FAR,
    MissingCause.STARTS_LATE,
    MissingCause.GAP,
}


@dataclass(frozen=True)
class Part:
    """Consecutive observations without a hole; n of them.

    Attributes:
        start: Row of the first one, counted over all observations of the episode.
        stamps_ns: Times of the observations [ns].
        states: The robot at these times.
        observations: Key of a further vector to float32, shape (n, D).
        is_end: It is the last one of its episode.
    """

    start: int
    stamps_ns: tuple[int, ...]
    states: LabelStates
    observations: Mapping[str, NDArray[np.float32]]
    is_end: bool


@dataclass(frozen=True)
class _Miss:
    """A tick without an observation: its number, whose fault it is, and whether nothing came."""

    number: int
    source: str
    reason: str
    silent: bool


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
        start_ns: Observations before it are not part of the episode [ns]; None if it begins with
            the recording, so that they cannot be another's.
        end_ns: End of the episode; observations after it are not part of it [ns].
        period_ns: Distance of the ticks [ns].
        pictures: Takes the pictures of every observation.

    Attributes:
        dropped: Why ticks gave no observation, to how many did not; see `finish`.
        details: The same reasons to the first whole sentence about them.
        skew_ns: Source to its distances from the observations' times [ns].
        starts_late_s: Source to how long after the first tick it was there [s]; see `finish`.
        ends_early_s: Source to how long before the last tick it was there last [s]; likewise.
        count: Observations so far.
    """

    def __init__(
        self, start_ns: int | None, end_ns: int, period_ns: int, pictures: PictureStore
    ) -> None:
        self._start_ns = start_ns
        self._end_ns = end_ns
        self._period_ns = period_ns
        self._pictures = pictures
        self._rows: list[list[_Row]] = []
        self._ticks = 0
        self._misses: list[_Miss] = []  # since the last observation
        self.starts_late_s: dict[str, float] = {}
        self.ends_early_s: dict[str, float] = {}
        self.dropped: Counter[str] = Counter()
        self.details: dict[str, str] = {}
        self.skew_ns: defaultdict[str, list[int]] = defaultdict(list)
        self.count = 0

    def add(self, tick: Tick) -> None:
        """Take the next tick; one without a new observation is counted and leaves a hole."""
        seen = tick.observation
        if isinstance(seen, Missing):
            reason = f'{seen.source}: {seen.cause.value}'
            self._miss(seen.source, reason, seen.reason, silent=seen.cause in SILENT)
        elif self._rows and seen.stamp_ns <= self._rows[-1][-1].stamp_ns:
            self._miss(PRIMARY, REPEATED, REPEATED, silent=True)
        elif (self._start_ns is None or seen.stamp_ns >= self._start_ns) and (
            seen.stamp_ns <= self._end_ns
        ):
            self._pictures.add(tick, seen)
            if not self._rows:
                self.starts_late_s = self._late()
                self._rows.append([])
            elif self._misses:
                self._drop(self._misses)
                self._rows.append([])
            self._misses = []
            self._rows[-1].append(_row(tick.joints, seen))
            self.count += 1
            self.skew_ns[TICK].append(seen.stamp_ns - tick.time_ns)
            for source, skew_ns in seen.skew_ns.items():
                self.skew_ns[source].append(skew_ns)
        self._ticks += 1

    def finish(self) -> None:
        """Account for the ticks after the last observation; call it once, after the last tick.

        Ticks before a source began and after it stopped are no holes: `starts_late_s` and
        `ends_early_s` tell of them. All others are `dropped`, and so are all of an episode that
        gave no observation.
        """
        if not self._rows:
            self._drop(self._misses)
            return
        for miss in self._misses:
            if miss.silent:
                seconds = (self._ticks - miss.number) * self._period_ns / 1e9
                self.ends_early_s.setdefault(miss.source, seconds)
        self._drop(miss for miss in self._misses if not miss.silent)

    def parts(self) -> list[Part]:
        """The runs of consecutive observations, in the order of time."""
        parts, start = [], 0
        for rows in self._rows:
            parts.append(self._part(start, rows, is_last=rows is self._rows[-1]))
            start += len(rows)
        return parts

    def _part(self, start: int, rows: list[_Row], *, is_last: bool) -> Part:
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
            is_end=is_last,
        )

    def _miss(self, source: str, reason: str, detail: str, *, silent: bool) -> None:
        self._misses.append(_Miss(self._ticks, source, reason, silent))
        self.details.setdefault(reason, detail)

    def _late(self) -> dict[str, float]:
        """How late each source was; before the first observation only."""
        self._drop(miss for miss in self._misses if not miss.silent)
        return {
            miss.source: (miss.number + 1) * self._period_ns / 1e9
            for miss in self._misses
            if miss.silent
        }

    def _drop(self, misses: Iterable[_Miss]) -> None:
        self.dropped.update(miss.reason for miss in misses)


def _row(joints: JointState | None, seen: Observation) -> _Row:
    assert joints is not None  # whatever was observed has joints
    return _Row(seen.stamp_ns, seen.proprio, seen.low_dim, joints.positions, joints.gripper)
