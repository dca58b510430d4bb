# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The unit of work: one recorded episode, whoever converts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.data.episodes.episode import Episode
    from octo_ros.data.labels.labels import ActionLabels
    from octo_ros.data.timing.clock import Clock


@dataclass(frozen=True)
class EpisodeJob:
    """One episode to convert: all that a process needs to know of it, besides the request.

    Attributes:
        index: Its place among all episodes of the conversion.
        bag: Where it was recorded.
        episode: Which span of it.
        labels: Make the actions; they have been checked with the bag, and every job uses a copy.
        arrivals_ns: From when each frame of the primary camera may be used, ascending [ns].
        clocks: Topic to how its messages are stamped.
        readable_ns: First and last arrival that messages may be read from, around the span [ns];
            None where nothing limits them.
        first_ns: Earliest stamp of an observation that is part of it [ns]; None if nothing that
            may be read lies before the episode, so that it cannot be another's.
        is_end: The episode ends where the span ends, not later, beyond a step of the clock.
    """

    index: int
    bag: Path
    episode: Episode
    labels: ActionLabels
    arrivals_ns: NDArray[np.int64]
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    readable_ns: tuple[int | None, int | None] = (None, None)
    first_ns: int | None = None
    is_end: bool = True

    @property
    def seconds(self) -> float:
        """Length of the recording [s]."""
        return (self.episode.end_ns - self.episode.start_ns) / 1e9

    def window(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Arrivals from start to end [ns], as far as they may be read."""
        first, last = self.readable_ns
        return (
            start_ns if first is None else max(start_ns, first),
            end_ns if last is None else min(end_ns, last),
        )

    def directory(self, parts: Path) -> Path:
        """Where its result lies, below a directory for all of them."""
        return parts / f'{self.index:06d}'


@dataclass(frozen=True)
class JobProgress:
    """How far a job has come.

    Attributes:
        index: Of the job.
        seconds: Of the recording that are through [s].
        steps: Observed so far; at the end those that were kept.
        done: It is finished.
    """

    index: int
    seconds: float
    steps: int
    done: bool = False


Tell: TypeAlias = Callable[[JobProgress], None]
