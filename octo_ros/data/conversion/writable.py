# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Episodes that no record can hold: found before a dataset is put together, and left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
from octo_ros.data.rlds.example import ExampleWriter
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.conversion.converted_episode import ConvertedEpisode
    from octo_ros.data.rlds.features import DatasetLayout


def writable(
    episodes: Iterable[ConvertedEpisode], layout: DatasetLayout
) -> list[ConvertedEpisode]:
    """The same episodes; in place of each that cannot be written a skipped one that says why.

    Without this one such episode would stop every run at its very end, for its result is kept.

    Args:
        episodes: Results of all jobs.
        layout: Of the dataset.
    """
    examples = ExampleWriter(layout)
    return [_checked(episode, examples) for episode in episodes]


def _checked(episode: ConvertedEpisode, examples: ExampleWriter) -> ConvertedEpisode:
    try:
        for converted in episode.records:
            examples.serialise(converted.record, 0)  # its pictures are not read for this
    except DatasetError as error:
        report = episode.report
        assert isinstance(report, EpisodeReport)  # it has records
        skipped = SkippedEpisode(report.bag, report.episode, str(error), 'unwritable')
        return replace(episode, records=(), report=skipped)
    return episode
