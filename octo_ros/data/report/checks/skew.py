# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images, joints and poses that were not taken at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.episode_report import TICK
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

LIMITS = (
    Limit(50.0, Severity.WARNING, 'warning above 50 ms for 95 % of the steps'),
    Limit(100.0, Severity.ERROR, 'error above 100 ms for 95 % of the steps'),
)


def check_skew(measured: Measured) -> Iterator[Finding]:
    """95th percentile of the skew per source and episode."""
    yield from graded(
        'skew',
        (
            (f'{source} in {episode.report.place}', skew.p95_ms)
            for episode in measured.facts.episodes
            for source, skew in episode.report.skews.items()
            if source != TICK  # that a camera takes time is no fault
        ),
        LIMITS,
        lambda p95_ms: f'A source was up to {p95_ms:.0f} ms away from the time of its step.',
        'Record the source faster, or synchronise the clocks of the computers that stamp it.',
    )
