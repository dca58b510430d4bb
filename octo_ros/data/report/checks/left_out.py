# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Episodes that are not in the dataset, and failed ones that are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_skipped_episodes(measured: Measured) -> Iterator[Finding]:
    """Episodes whose data did not suffice."""
    skipped = [episode for episode in measured.facts.skipped if episode.kind == 'unusable']
    if skipped:
        yield Finding(
            Severity.WARNING,
            'episode_skipped',
            tuple(episode.place for episode in skipped),
            f'Episodes that could not be used: {len(skipped)}. {skipped[0].place}: '
            f'{skipped[0].reason.rstrip(".")}.',
            remedy='Look at the topics of their bags; record them again. All reasons stand at the '
            'end of the report.',
        )


def check_unwritable_episodes(measured: Measured) -> Iterator[Finding]:
    """Episodes that were converted, but that no record can hold."""
    refused = [episode for episode in measured.facts.skipped if episode.kind == 'unwritable']
    if refused:
        yield Finding(
            Severity.ERROR,
            'episode_unwritable',
            tuple(episode.place for episode in refused),
            f'Episodes that could not be written: {len(refused)}. {refused[0].place}: '
            f'{refused[0].reason.rstrip(".")}.',
            remedy='Look at the numbers in their bags; all reasons stand at the end of the '
            'report.',
        )


def check_unwanted_episodes(measured: Measured) -> Iterator[Finding]:
    """Episodes left out on purpose."""
    for kind, words in (
        ('discarded', 'discarded when recorded'),
        ('failed', 'left out because they failed'),
    ):
        places = tuple(s.place for s in measured.facts.skipped if s.kind == kind)
        if places:
            yield Finding(
                Severity.NOTE, f'episodes_{kind}', places, f'Episodes {words}: {len(places)}.'
            )


def check_failed_episodes(measured: Measured) -> Iterator[Finding]:
    """Failed episodes that were kept."""
    places = tuple(
        episode.report.place
        for episode in measured.facts.episodes
        if episode.report.success is False
    )
    if places:
        yield Finding(
            Severity.NOTE,
            'failed_kept',
            places,
            f'Failed episodes in the dataset: {len(places)}. They are stored with reward 0.',
            remedy='Octo imitates them like all others; leave them out with --skip-failed.',
        )
