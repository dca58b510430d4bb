# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Sources that begin after the recording does, or end before it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

LONG_S = 2.0
LARGE_SHARE = 0.2
TICKS = 2  # fewer are how sources usually begin and end
LIMIT = 'warning above 2 s or 20 % of the episode'
REMEDY = (
    'The episode is cut to what all sources have. Start the source before the recording, and look '
    'whether it was still running at the end: what the robot did then is not in the dataset.'
)


def check_late_starts(measured: Measured) -> Iterator[Finding]:
    """Sources that begin late."""
    yield from _findings(measured, 'starts_late', 'A source starts late by {:.1f} s.')


def check_early_ends(measured: Measured) -> Iterator[Finding]:
    """Sources that end early."""
    yield from _findings(measured, 'ends_early', 'A source ends early by {:.1f} s.')


def _findings(measured: Measured, code: str, sentence: str) -> Iterator[Finding]:
    hz = measured.facts.hz
    found: defaultdict[Severity, list[tuple[float, str]]] = defaultdict(list)
    for episode in measured.facts.episodes:
        report = episode.report
        late, early = report.starts_late_s, report.ends_early_s
        whole_s = (
            report.ticks / hz + max(late.values(), default=0) + max(early.values(), default=0)
        )
        for source, seconds in (late if code == 'starts_late' else early).items():
            is_bad = seconds > LONG_S or seconds > LARGE_SHARE * whole_s
            if is_bad or seconds >= TICKS / hz:
                severity = Severity.WARNING if is_bad else Severity.NOTE
                found[severity].append((seconds, f'{source} in {report.place}'))
    for severity, values in found.items():
        values.sort(key=lambda value: -value[0])
        places = tuple(place for _, place in values)
        yield Finding(severity, code, places, sentence.format(values[0][0]), LIMIT, REMEDY)
