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
    for skipped in measured.facts.skipped:
        if skipped.kind == 'unusable':
            yield Finding(
                Severity.WARNING,
                'episode_skipped',
                (skipped.place,),
                f'An episode was skipped: {skipped.reason}',
                remedy='Look at the topics of its bag; record it again.',
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


def check_warnings(measured: Measured) -> Iterator[Finding]:
    """What the converter itself warns of, and notes."""
    for sentence in measured.facts.warnings:
        yield Finding(Severity.WARNING, 'conversion', (), sentence)
    for sentence in measured.facts.notes:
        yield Finding(Severity.NOTE, 'conversion_note', (), sentence)
