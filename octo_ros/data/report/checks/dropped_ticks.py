# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ticks that gave no observation leave holes in the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

LIMITS = (
    Limit(0.02, Severity.WARNING, 'warning above 2 % of the ticks'),
    Limit(0.10, Severity.ERROR, 'error above 10 % of the ticks'),
)


def check_dropped_ticks(measured: Measured) -> Iterator[Finding]:
    """Share of dropped ticks per episode."""
    reports = [episode.report for episode in measured.facts.episodes]
    yield from graded(
        'dropped_ticks',
        ((r.place, sum(r.dropped_ticks.values()) / r.ticks) for r in reports if r.ticks),
        LIMITS,
        lambda share: f'{100 * share:.1f} % of the ticks of an episode gave no observation.',
        'The table of dropped ticks names the sources. Record with less load, raise max_age in '
        'the embodiment if older data is good enough, or discard the episode.',
    )
