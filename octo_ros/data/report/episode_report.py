# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What became of one recorded episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

TICK = 'tick'
SkipKind = Literal['unusable', 'unwritable', 'discarded', 'failed']


@dataclass(frozen=True)
class Skew:
    """How far a source was from the observation's time, as distances [ms]."""

    mean_ms: float
    p95_ms: float
    max_ms: float

    @classmethod
    def of(cls, skew_ns: Sequence[int]) -> Skew:
        """From signed distances [ns]; at least one."""
        distance = np.abs(np.asarray(skew_ns, dtype=np.float64)) / 1e6
        values = (distance.mean(), np.quantile(distance, 0.95), distance.max())
        return cls(*(round(float(value), 3) for value in values))


@dataclass(frozen=True)
class Spacing:
    """How unevenly the observations of an episode follow one another.

    Attributes:
        period_ms: Distance that was wanted [ms].
        mean_ms: Of the deviations |distance - period| of consecutive observations [ms].
        p95_ms: 95th percentile of the same.
        max_ms: Largest.
        camera_hz: Rate of the primary camera; 0 if it cannot be told.
    """

    period_ms: float
    mean_ms: float
    p95_ms: float
    max_ms: float
    camera_hz: float = 0.0

    @classmethod
    def of(
        cls, parts: Sequence[Sequence[int]], period_ns: int, camera_ns: float | None
    ) -> Spacing:
        """Measure.

        Args:
            parts: Times of observations without a hole [ns]; at least two in one of them.
            period_ns: As `period_ms`.
            camera_ns: Period of the primary camera; None if it cannot be told.
        """
        distances = np.concatenate([np.diff(np.asarray(part, np.int64)) for part in parts])
        off = Skew.of((distances - period_ns).tolist())
        hz = round(1e9 / camera_ns, 2) if camera_ns else 0.0
        return cls(round(period_ns / 1e6, 3), off.mean_ms, off.p95_ms, off.max_ms, hz)


@dataclass(frozen=True)
class EpisodeReport:
    """One recorded episode that was converted.

    Attributes:
        bag: Where it comes from.
        episode: Its id in the recording.
        splits: Where it was written to; a hole in the data makes several RLDS episodes of it.
        steps: Steps of each of these.
        instruction: Task in words.
        success: How it went, if somebody said so.
        dropped_ticks: Reason to the number of ticks without an observation.
        details: Reason to the first whole sentence about it.
        unusable_messages: Reason to the number of messages that could not be used; a reason
            begins with the topic, `/joint_states: …`.
        skews: Source to its distance from the observation's time; TICK to the distance of the
            observations' times from their ticks.
        path_error_mm: Largest distance between the integrated actions and the recorded path [mm];
            None where actions are no displacements of the TCP.
        path_error_deg: Largest angle between them [deg]; None likewise.
        starts_late_s: Source to how long after the start of the recording its data begins [s];
            the RLDS episode begins with the latest.
        ends_early_s: Source to how long before the end of the recording its data ends [s]; the
            RLDS episode ends with the earliest.
        spacing: How unevenly the observations follow one another.
        remarks: What was odd or assumed when labels were made, as sentences, to how many steps or
            messages it concerns.
        warnings: What makes the actions doubtful, likewise.
    """

    bag: str
    episode: str
    splits: tuple[str, ...]
    steps: tuple[int, ...]
    instruction: str
    success: bool | None
    dropped_ticks: Mapping[str, int]
    details: Mapping[str, str]
    unusable_messages: Mapping[str, int]
    skews: Mapping[str, Skew]
    path_error_mm: float | None
    path_error_deg: float | None
    starts_late_s: Mapping[str, float] = field(default_factory=dict)
    ends_early_s: Mapping[str, float] = field(default_factory=dict)
    spacing: Spacing | None = None
    remarks: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Its name for people."""
        return place(self.bag, self.episode)

    @property
    def ticks(self) -> int:
        """Ticks of the grid from its first observation to its last: steps, and those without."""
        return sum(self.steps) + sum(self.dropped_ticks.values())


@dataclass(frozen=True)
class SkippedEpisode:
    """One that was not converted.

    Attributes:
        bag: Where it comes from.
        episode: Its id in the recording.
        reason: Why it was skipped.
        kind: unusable: the data does not suffice; unwritable: no record can hold it;
            discarded: a person said so when recording; failed: failed ones were not wanted.
    """

    bag: str
    episode: str
    reason: str
    kind: SkipKind = 'unusable'

    @property
    def place(self) -> str:
        """Its name for people."""
        return place(self.bag, self.episode)


def place(bag: str, episode: str) -> str:
    """How an episode is named to people: the bag's last name and the episode's id."""
    return f'{PurePath(bag).name} {episode}'
