# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Episodes of no or hardly any length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

# Octo trains on a window of 2 observations and the 4 actions from its last one: five steps.
SHORT = 5


def check_lengths(measured: Measured) -> Iterator[Finding]:
    """RLDS episodes without a step, and ones shorter than a training window."""
    lengths = {
        episode.report.place: min((len(part.actions) for part in episode.parts), default=0)
        for episode in measured.facts.episodes
    }
    empty = tuple(place for place, steps in lengths.items() if steps == 0)
    if empty:
        yield Finding(
            Severity.ERROR,
            'empty_episode',
            empty,
            'An episode has no step.',
            'at least 1 step',
            'Discard it.',
        )
    short = sorted((p for p, n in lengths.items() if 0 < n < SHORT), key=lambda p: lengths[p])
    if short:
        yield Finding(
            Severity.NOTE,
            'short_episode',
            tuple(short),
            f'An episode, or a piece of one between holes, has {_steps(lengths[short[0]])} only.',
            f'{SHORT} steps fill a training window of Octo',
            'It is padded in training. Many of these mean many holes.',
        )


def _steps(count: int) -> str:
    return '1 step' if count == 1 else f'{count} steps'
