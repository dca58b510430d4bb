# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Converted episodes → the dataset, with its embodiment, its statistics and a report."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.conversion.contract_file import write_contract
from octo_ros.data.conversion.converted_episode import ConvertedEpisode
from octo_ros.data.conversion.history import Conversion, write_history
from octo_ros.data.conversion.splits import assign_splits
from octo_ros.data.conversion.statistics import dataset_statistics
from octo_ros.data.report.conversion_report import ConversionReport, EpisodeReport, SkippedEpisode
from octo_ros.data.rlds.shards import link_or_copy
from octo_ros.data.rlds.writer import RldsWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.rlds.features import DatasetLayout

REPORTS = 'reports'
REPORT_FILES = ('conversion_report.json',)
ONE_EPISODE = (
    'There is only one episode, so it is both the training and the validation split; '
    'validation figures will mean nothing.'
)


@dataclass(frozen=True)
class Assembly:
    """All that a dataset is put together from.

    Attributes:
        request: What was asked for.
        layout: Of the steps.
        normalised: Octo's action_normalization_mask.
        directory: Where the dataset is put together.
        history: Conversions that it holds already, if it is added to.
        conversion: This one; its number of episodes is filled in.
    """

    request: ConversionRequest
    layout: DatasetLayout
    normalised: tuple[bool, ...]
    directory: Path
    history: tuple[Conversion, ...]
    conversion: Conversion

    def run(
        self, episodes: Iterable[ConvertedEpisode], skipped: tuple[SkippedEpisode, ...]
    ) -> ConversionReport:
        """Write the dataset; it appears at the end, whole.

        Args:
            episodes: In the order in which they are to stand.
            skipped: Further ones, which were not even converted.

        Raises:
            DatasetError: An episode cannot be written.
        """
        request = self.request
        episodes = list(episodes)
        skips = [e.report for e in episodes if isinstance(e.report, SkippedEpisode)]
        kept = [e for e in episodes if isinstance(e.report, EpisodeReport)]
        all_skipped = (*skipped, *skips)
        before = sum(conversion.episodes for conversion in self.history)
        writer = RldsWriter(
            request.output, request.name, self.layout, self.directory, append=request.append
        )
        reports: list[EpisodeReport] = []
        records: Counter[str] = Counter()
        with writer:
            for episode, splits in assign_splits(kept, request.val_fraction, before):
                assert isinstance(episode.report, EpisodeReport)
                for converted in episode.records:
                    writer.write(converted.record, splits)
                    records.update(splits)
                reports.append(replace(episode.report, splits=splits))
            shards = writer.finish()
            statistics = dataset_statistics(shards, self.normalised)
            statistics.write(writer.directory / 'dataset_statistics.json')
            write_contract(request.contract, writer.directory)
            own = replace(self.conversion, episodes=len(kept))
            write_history(writer.directory, (*self.history, own))
            report = ConversionReport(
                dataset=str(writer.target),
                embodiment=request.embodiment.name,
                hz=request.rate,
                action_source=request.action_source,
                split_episodes=dict(records),
                episodes=tuple(reports),
                skipped=all_skipped,
                warnings=(ONE_EPISODE,) if before + len(kept) == 1 else (),
            )
            if self.history:
                _keep_reports(writer.target, writer.directory, len(self.history))
            (writer.directory / 'conversion_report.json').write_text(report.to_json())
        return report


def _keep_reports(old: Path, new: Path, number: int) -> None:
    """Take over the reports of the conversions before, the last one's under its number."""
    if (old / REPORTS).is_dir():
        shutil.copytree(old / REPORTS, new / REPORTS, copy_function=_link)
    place = new / REPORTS / str(number)
    place.mkdir(parents=True)
    for name in REPORT_FILES:
        if (old / name).is_file():
            link_or_copy(old / name, place / name)


def _link(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))
