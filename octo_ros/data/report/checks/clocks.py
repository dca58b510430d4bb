# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stamps that could not be used, jumped, came twice or in the wrong order; holes in a topic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured
    from octo_ros.data.timing.topic_timing import TopicTiming


def check_clock_fallback(measured: Measured) -> Iterator[Finding]:
    """Topics with stamps that were not good enough, so that the time of arrival was taken."""
    for topic in _topics(measured):
        has_header = topic.latency_median_ms is not None or topic.unstamped > 0
        if topic.clock.source == 'receive' and has_header:
            yield Finding(
                Severity.WARNING,
                'clock_fallback',
                (topic.topic,),
                f'The time of arrival is used instead of the stamps: {topic.clock.reason}',
                'stamps must be set, ascend and be within 1 s of the arrival',
                'Mend the stamps of the driver; until then delays of transport count as motion.',
            )


def check_clock_jumps(measured: Measured) -> Iterator[Finding]:
    """Clocks that jumped."""
    for topic in _topics(measured):
        if topic.jumps:
            largest = max(topic.jumps, key=lambda jump: abs(jump.seconds))
            whose = 'recorder' if largest.clock == 'receive' else 'driver'
            yield Finding(
                Severity.WARNING,
                'clock_jump',
                (topic.topic,),
                f'A clock jumped {_times(len(topic.jumps))}, at most by {largest.seconds:+.3g} s '
                f'(that of the {whose}).',
                remedy='No episode goes across a jump of the recording clock. Let the time be set '
                'before recording, not during it.',
            )


def check_odd_stamps(measured: Measured) -> Iterator[Finding]:
    """Single messages with bad stamps in a topic whose stamps are used."""
    for topic in _topics(measured):
        if topic.clock.source == 'header' and (topic.unstamped or topic.far_off):
            yield Finding(
                Severity.NOTE,
                'odd_stamps',
                (topic.topic,),
                f'Of {topic.messages} messages {topic.unstamped} had no stamp and '
                f'{topic.far_off} one a second or more off the arrival.',
                remedy='Look for a second publisher, or for a driver that starts before its clock.',
            )


def check_stamp_order(measured: Measured) -> Iterator[Finding]:
    """Stamps that came twice or too late."""
    for topic in _topics(measured):
        if topic.duplicates or topic.out_of_order:
            yield Finding(
                Severity.NOTE,
                'stamp_order',
                (topic.topic,),
                f'Of {topic.messages} messages {topic.duplicates} had the stamp of another and '
                f'{topic.out_of_order} came after a later one.',
                remedy='The former count once and the latter were sorted. Look for a second '
                'publisher if there are many.',
            )


def check_gaps(measured: Measured) -> Iterator[Finding]:
    """Holes in a topic."""
    for topic in _topics(measured):
        if topic.gaps:
            yield Finding(
                Severity.NOTE,
                'gaps',
                (topic.topic,),
                f'There {"is 1 gap" if topic.gaps == 1 else f"are {topic.gaps} gaps"} between '
                f'messages, the longest {topic.period_max_ms:.0f} ms.',
                'more than 3 times the usual period',
                'Nothing is interpolated across a gap; ticks in it are dropped.',
            )


def _topics(measured: Measured) -> Iterator[TopicTiming]:
    return (topic for bag in measured.facts.bags for topic in bag.topics)


def _times(count: int) -> str:
    return 'once' if count == 1 else f'{count} times'
