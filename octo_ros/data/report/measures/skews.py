# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far each source was from the observations' times, over the whole dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.data.report.facts import ConversionFacts


@dataclass(frozen=True)
class SourceSkew:
    """Distance of one source from the observation's time.

    Attributes:
        source: Its key.
        mean_ms: Mean over all steps [ms].
        worst_p95_ms: 95th percentile in the worst episode [ms].
        max_ms: Largest of all [ms].
        worst_place: Name of the worst episode.
    """

    source: str
    mean_ms: float
    worst_p95_ms: float
    max_ms: float
    worst_place: str


def source_skews(facts: ConversionFacts) -> tuple[SourceSkew, ...]:
    """One per source, in the order of the first episode."""
    sources = dict.fromkeys(key for episode in facts.episodes for key in episode.report.skews)
    return tuple(_source(key, facts) for key in sources)


def _source(key: str, facts: ConversionFacts) -> SourceSkew:
    reports = [episode.report for episode in facts.episodes if key in episode.report.skews]
    worst = max(reports, key=lambda report: report.skews[key].p95_ms)
    steps = [sum(report.steps) for report in reports]
    means = [report.skews[key].mean_ms for report in reports]
    weighted = sum(n * mean for n, mean in zip(steps, means, strict=True))
    return SourceSkew(
        source=key,
        mean_ms=round(weighted / max(sum(steps), 1), 3),
        worst_p95_ms=worst.skews[key].p95_ms,
        max_ms=max(report.skews[key].max_ms for report in reports),
        worst_place=worst.place,
    )
