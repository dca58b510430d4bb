# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Episodes in which the arm hardly moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

LIMITS = (
    Limit(0.25, Severity.NOTE, 'note above 25 % of an episode'),
    Limit(0.5, Severity.WARNING, 'warning above 50 % of an episode'),
)


def check_idle(measured: Measured) -> Iterator[Finding]:
    """Share of the steps in which the arm stands still."""
    yield from graded(
        'idle',
        (
            (episode.report.place, idle.share)
            for episode, idle in zip(measured.facts.episodes, measured.idle, strict=True)
        ),
        LIMITS,
        lambda share: f'The arm stands still for {100 * share:.0f} % of an episode.',
        'A policy learns to wait. Start and stop episodes closer to the motion.',
    )
