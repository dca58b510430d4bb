# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a conversion did, dropped and found: as JSON for tools, as tables for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        unusable_messages: Reason to the number of joint states that could not be used.
        skews: Source to its distance from the observation's time.
        path_error_mm: Largest distance between the integrated actions and the recorded path [mm].
        path_error_deg: Largest angle between them [deg].
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
    path_error_mm: float
    path_error_deg: float


@dataclass(frozen=True)
class SkippedEpisode:
    """One that was not converted, and why."""

    bag: str
    episode: str
    reason: str


@dataclass(frozen=True)
class ConversionReport:
    """A whole conversion.

    Attributes:
        dataset: Directory of the dataset, including its version.
        embodiment: Name of the robot.
        hz: Steps per second.
        action_source: How the actions were made.
        split_episodes: Split to the number of its episodes.
        episodes: What was converted.
        skipped: What was not.
        warnings: What a person should know.
    """

    dataset: str
    embodiment: str
    hz: float
    action_source: str
    split_episodes: Mapping[str, int]
    episodes: tuple[EpisodeReport, ...]
    skipped: tuple[SkippedEpisode, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def steps(self) -> int:
        """Steps of all episodes, each counted once."""
        return sum(sum(episode.steps) for episode in self.episodes)

    def to_json(self) -> str:
        """The report as JSON text; NaN never occurs in it."""
        return json.dumps(asdict(self), indent=2, allow_nan=False) + '\n'

    def table(self) -> Table:
        """One row per recorded episode, for a rich console."""
        table = Table(title=f'{self.steps} steps at {self.hz:g} Hz')
        table.add_column('episode')
        for heading in ('split', 'success'):
            table.add_column(heading, no_wrap=True)
        for heading in ('steps', 'dropped', 'skew', 'path error'):
            table.add_column(heading, justify='right', no_wrap=True)
        for episode in self.episodes:
            table.add_row(*_row(episode))
        for skipped in self.skipped:
            name = _name(skipped.bag, skipped.episode)
            cell = Text(f'{name}\n{skipped.reason}')
            table.add_row(cell, 'none', '', '0', style='yellow')
        return table


def _row(episode: EpisodeReport) -> tuple[str | Text, ...]:
    return (
        Text(f'{_name(episode.bag, episode.episode)}\n{episode.instruction}'),
        '\n'.join(episode.splits),
        {None: '-', True: 'yes', False: 'no'}[episode.success],
        ' + '.join(str(steps) for steps in episode.steps),
        str(sum(episode.dropped_ticks.values())),
        f'{max(skew.p95_ms for skew in episode.skews.values()):.1f} ms',
        f'{episode.path_error_mm:.1f} mm\n{episode.path_error_deg:.2f}°',
    )


def _name(bag: str, episode: str) -> str:
    return f'{PurePath(bag).name} {episode}'
