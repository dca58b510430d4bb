# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Converted episodes → the dataset, with its embodiment, its statistics and a report."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.conversion.contract_file import write_contract
from octo_ros.data.conversion.facts import conversion_facts
from octo_ros.data.conversion.history import Conversion, source_warnings, write_history
from octo_ros.data.conversion.send import remote_dataset, send_dataset
from octo_ros.data.conversion.splits import assign_splits
from octo_ros.data.conversion.statistics import dataset_statistics
from octo_ros.data.report.report import Report, build_report
from octo_ros.data.rlds.publish import publish
from octo_ros.data.rlds.shards import link_or_copy
from octo_ros.data.rlds.writer import RldsWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.data.conversion.converted_episode import ConvertedEpisode
    from octo_ros.data.conversion.plan import ConversionPlan
    from octo_ros.data.conversion.request import ConversionRequest

REPORTS = 'reports'
REPORT_FILES = ('report.json', 'report.html')


@dataclass(frozen=True)
class Assembly:
    """All that a dataset is put together from.

    Attributes:
        request: What was asked for.
        plan: What was planned.
        directory: Where the dataset is put together.
        history: Conversions that it holds already, if it is added to.
        conversion: This one; its number of episodes is filled in.
    """

    request: ConversionRequest
    plan: ConversionPlan
    directory: Path
    history: tuple[Conversion, ...]
    conversion: Conversion

    def run(self, episodes: Sequence[ConvertedEpisode]) -> Report:
        """Write the dataset; it appears at the end, whole.

        Args:
            episodes: One per job of the plan, in their order; at least one gave a record.

        Raises:
            DatasetError: An episode cannot be written.
        """
        request, layout = self.request, self.plan.layout
        kept = [number for number, episode in enumerate(episodes) if episode.records]
        before = sum(conversion.episodes for conversion in self.history)
        splits = dict(assign_splits(kept, request.val_fraction, before))
        writer = RldsWriter(
            *(request.output, request.name, layout, self.directory),
            append=request.append,
            publish=partial(send_dataset, request) if request.remote_output else publish,
        )
        place = remote_dataset(request) if request.remote_output else str(writer.target)
        with writer:
            for number, own in splits.items():
                for converted in episodes[number].records:
                    writer.write(converted.record, own)
            statistics = dataset_statistics(writer.finish(), self.plan.normalised)
            statistics.write(writer.directory / 'dataset_statistics.json')
            write_contract(request.contract, writer.directory)
            conversion = replace(self.conversion, episodes=len(kept))
            write_history(writer.directory, (*self.history, conversion))
            earlier: tuple[str, ...] = ()
            if self.history:
                earlier = _keep_reports(writer.target, writer.directory, len(self.history))
            facts = conversion_facts(
                request,
                self.plan,
                episodes,
                splits,
                split_episodes=writer.split_records,
                dataset=place,
                warnings=source_warnings(self.history, conversion),
            )
            report = build_report(replace(facts, earlier_reports=earlier))
            report.write(writer.directory)
        return report


def _keep_reports(old: Path, new: Path, number: int) -> tuple[str, ...]:
    """Take over the reports of the conversions before, the last one's under its number.

    Returns:
        Their pages, relative to the dataset.
    """
    if (old / REPORTS).is_dir():
        shutil.copytree(old / REPORTS, new / REPORTS, copy_function=_link)
    place = new / REPORTS / str(number)
    place.mkdir(parents=True)
    for name in REPORT_FILES:
        if (old / name).is_file():
            link_or_copy(old / name, place / name)
    page = place / REPORT_FILES[1]
    if page.is_file():
        # From there the reports before it are neighbours. Names on a page have no bare quotes.
        text = page.read_text(encoding='utf-8')
        page.unlink()  # it may be the old dataset's own file
        page.write_text(text.replace(f'href="{REPORTS}/', 'href="../'), encoding='utf-8')
    pages = (f'{REPORTS}/{n}/{REPORT_FILES[1]}' for n in range(1, number + 1))
    return tuple(name for name in pages if (new / name).is_file())


def _link(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))
