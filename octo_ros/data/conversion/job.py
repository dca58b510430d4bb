# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The unit of work: one recorded episode, whoever converts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from octo_ros.data.episodes.episodes import Episode


@dataclass(frozen=True)
class EpisodeJob:
    """One episode to convert.

    Attributes:
        index: Its place among all episodes of the conversion.
        bag: Where it was recorded.
        episode: Which span of it.
    """

    index: int
    bag: Path
    episode: Episode

    @property
    def seconds(self) -> float:
        """Length of the recording [s]."""
        return (self.episode.end_ns - self.episode.start_ns) / 1e9

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
