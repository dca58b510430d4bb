# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Clocks that run apart: the delay from stamp to arrival grows or shrinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.checks.clocks import place
from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured
    from octo_ros.data.timing.topic_timing import TopicTiming

LIMITS = (
    Limit(1.0, Severity.WARNING, 'warning above 1 ms per minute'),
    Limit(10.0, Severity.ERROR, 'error above 10 ms per minute'),
)
P95 = 1.645  # standard deviations from median to 95th percentile of a normal distribution


def check_drift(measured: Measured) -> Iterator[Finding]:
    """Drift of each topic, less what may be chance: a short recording shows any slope.

    Of topics without any drift one in twenty shows one beyond the interval of 95 %; over many
    topics and bags that would be many false alarms.
    """
    yield from graded(
        'clock_drift',
        (
            (place(topic, bag.path), certain_drift(topic))
            for bag in measured.facts.bags
            for topic in bag.topics
        ),
        LIMITS,
        lambda drift: f'A clock drifts by at least {drift:.1f} ms per minute.',
        'Synchronise the computers with chrony or PTP before recording; below 10 ms per minute '
        'short episodes do not suffer.',
    )


def certain_drift(topic: TopicTiming) -> float:
    """Size of the drift less three standard errors of a fitted slope [ms/min]; 0 if unknown."""
    if (
        topic.drift_ms_per_min is None
        or topic.latency_median_ms is None
        or topic.latency_p95_ms is None
        or topic.messages < 2
        or topic.duration_s <= 0.0
    ):
        return 0.0
    spread_ms = (topic.latency_p95_ms - topic.latency_median_ms) / P95
    error = 60.0 * spread_ms * np.sqrt(12.0 / topic.messages) / topic.duration_s
    return max(0.0, abs(topic.drift_ms_per_min) - 3.0 * float(error))
