# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far all jobs together have come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.data.conversion.job import EpisodeJob, JobProgress


@dataclass(frozen=True)
class Progress:
    """How far a conversion has come.

    Attributes:
        done: Episodes that are finished.
        total: Episodes in all.
        steps: Observed so far.
        seconds: Of recordings that are through [s].
        total_seconds: Of all recordings that are to be converted [s].
    """

    done: int
    total: int
    steps: int
    seconds: float
    total_seconds: float


class Tally:
    """Adds up what jobs tell.

    Args:
        jobs: Those that are to be done.
        done: Further ones that are done already, and left out of steps and seconds.
        show: Called with every change.
    """

    def __init__(
        self, jobs: Iterable[EpisodeJob], done: int, show: Callable[[Progress], None]
    ) -> None:
        self._newest: dict[int, JobProgress] = {}
        self._total_seconds = 0.0
        self._count = 0
        for job in jobs:
            self._total_seconds += job.seconds
            self._count += 1
        self._before = done
        self._show = show
        self._tell()

    def tell(self, progress: JobProgress) -> None:
        """Take what one job tells."""
        self._newest[progress.index] = progress
        self._tell()

    def _tell(self) -> None:
        newest = self._newest.values()
        self._show(
            Progress(
                done=self._before + sum(p.done for p in newest),
                total=self._before + self._count,
                steps=sum(p.steps for p in newest),
                seconds=sum(p.seconds for p in newest),
                total_seconds=self._total_seconds,
            )
        )
