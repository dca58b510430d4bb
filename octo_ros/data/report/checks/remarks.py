# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What was odd about marks, instructions and labels, told by who read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_warnings(measured: Measured) -> Iterator[Finding]:
    """What the converter itself warns of."""
    for sentence in measured.facts.warnings:
        yield Finding(Severity.WARNING, 'conversion', (), sentence)


def check_recording_remarks(measured: Measured) -> Iterator[Finding]:
    """Marks that do not fit together, and instructions that change during an episode."""
    odd = [bag for bag in measured.facts.bags if bag.remarks]
    if odd:
        yield Finding(
            Severity.WARNING,
            'episode_marks',
            tuple(PurePath(bag.path).name for bag in odd),
            f'Remarks on marks and instructions: {sum(len(bag.remarks) for bag in odd)}. '
            f'{odd[0].remarks[0]}',
            remedy='Look whether the episodes are what was meant; the table of topics has all '
            'remarks.',
        )


def check_file_notes(measured: Measured) -> Iterator[Finding]:
    """Peculiar files that could be read all the same."""
    odd = [bag for bag in measured.facts.bags if bag.notes]
    if odd:
        yield Finding(
            Severity.NOTE,
            'bag_files',
            tuple(PurePath(bag.path).name for bag in odd),
            f'Notes on files of bags: {sum(len(bag.notes) for bag in odd)}. {odd[0].notes[0]}',
        )


def check_label_remarks(measured: Measured) -> Iterator[Finding]:
    """What had to be assumed to make actions, and what is doubtful; one finding per sentence."""
    counts: dict[tuple[Severity, str], Counter[str]] = {}
    for episode in measured.facts.episodes:
        report = episode.report
        for severity, remarks in (
            (Severity.WARNING, report.warnings),
            (Severity.NOTE, report.remarks),
        ):
            for sentence, count in remarks.items():
                counts.setdefault((severity, sentence), Counter())[report.place] += count
    for (severity, sentence), places in counts.items():
        yield Finding(
            severity,
            'labels',
            tuple(place for place, _ in places.most_common()),
            f'{sentence} ({places.total()} times).',
        )
