# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a conversion did, dropped and found: as JSON for tools, as tables for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from rich.table import Table
from rich.text import Text

from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode


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
            cell = Text(f'{skipped.place}\n{skipped.reason}')
            table.add_row(cell, 'none', '', '0', style='yellow')
        return table


def _row(episode: EpisodeReport) -> tuple[str | Text, ...]:
    return (
        Text(f'{episode.place}\n{episode.instruction}'),
        '\n'.join(episode.splits),
        {None: '-', True: 'yes', False: 'no'}[episode.success],
        ' + '.join(str(steps) for steps in episode.steps),
        str(sum(episode.dropped_ticks.values())),
        f'{max(skew.p95_ms for skew in episode.skews.values()):.1f} ms',
        f'{episode.path_error_mm:.1f} mm\n{episode.path_error_deg:.2f}°',
    )
