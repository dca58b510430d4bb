# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stamps that could not be used, jumped, came twice or in the wrong order; holes in a topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured
    from octo_ros.data.timing.topic_timing import TopicTiming


AHEAD_MS = 1.0  # what synchronised clocks may be apart


@dataclass(frozen=True)
class _Oddity:
    """Something that may be odd about the timing of a topic.

    Attributes:
        severity: How bad it is.
        code: Its name.
        size: How bad it is in one bag; 0 if it is not there.
        sentence: What to say of the worst bag.
        threshold: As in `Finding`.
        remedy: As in `Finding`.
    """

    severity: Severity
    code: str
    size: Callable[[TopicTiming], float]
    sentence: Callable[[TopicTiming], str]
    threshold: str
    remedy: str

    def findings(self, measured: Measured) -> Iterator[Finding]:
        """One for each topic that has it in any bag, the worst bag first."""
        odd: defaultdict[str, list[tuple[float, str, TopicTiming]]] = defaultdict(list)
        for bag in measured.facts.bags:
            for timing in bag.topics:
                size = self.size(timing)
                if size:
                    odd[timing.topic].append((size, place(timing, bag.path), timing))
        for found in odd.values():
            found.sort(key=lambda entry: -entry[0])
            places = tuple(where for _, where, _ in found)
            sentence = self.sentence(found[0][2])
            yield Finding(self.severity, self.code, places, sentence, self.threshold, self.remedy)


def place(timing: TopicTiming, bag: str) -> str:
    """How a topic of a bag is named to people."""
    return f'{timing.topic} in {PurePath(bag).name}'


def check_clock_fallback(measured: Measured) -> Iterator[Finding]:
    """Topics with stamps that were not good enough, so that the time of arrival was taken."""

    def is_fallback(timing: TopicTiming) -> bool:
        has_header = timing.latency_median_ms is not None or timing.unstamped > 0
        return timing.clock.source == 'receive' and has_header

    yield from _Oddity(
        Severity.WARNING,
        'clock_fallback',
        is_fallback,
        lambda timing: f'The time of arrival is used instead of the stamps: {timing.clock.reason}',
        'stamps must be set, ascend and be within 1 s of the arrival',
        'Mend the stamps of the driver; until then delays of transport count as motion.',
    ).findings(measured)


def check_clock_jumps(measured: Measured) -> Iterator[Finding]:
    """Clocks that jumped."""
    yield from _Oddity(
        Severity.WARNING,
        'clock_jump',
        lambda timing: max((abs(jump.seconds) for jump in timing.jumps), default=0.0),
        _jump,
        '',
        'No episode goes across a jump of the recording clock. Let the time be set before '
        'recording, not during it.',
    ).findings(measured)


def check_clock_ahead(measured: Measured) -> Iterator[Finding]:
    """Stamps that lie after the arrival."""

    def ahead_ms(timing: TopicTiming) -> float:
        early_ms = -(timing.latency_median_ms or 0.0)
        return early_ms if early_ms > AHEAD_MS and timing.clock.source == 'header' else 0.0

    yield from _Oddity(
        Severity.WARNING,
        'clock_ahead',
        ahead_ms,
        lambda timing: (
            f'The clock that stamps it is {ahead_ms(timing):.1f} ms ahead of the recorder (median '
            'of stamp less arrival), or more, by the time of the transport.'
        ),
        f'warning above {AHEAD_MS:g} ms',
        'Synchronise the clocks of the computers that stamp and record (chrony, PTP), or subtract '
        'the difference in the driver. As it is, the sources of a step were not taken at the same '
        'time.',
    ).findings(measured)


def check_odd_stamps(measured: Measured) -> Iterator[Finding]:
    """Single messages with bad stamps in a topic whose stamps are used."""
    yield from _Oddity(
        Severity.NOTE,
        'odd_stamps',
        lambda timing: timing.unstamped + timing.far_off if timing.clock.source == 'header' else 0,
        lambda timing: (
            f'Of {timing.messages} messages {timing.unstamped} had no stamp and '
            f'{timing.far_off} one a second or more off the arrival.'
        ),
        '',
        'Look for a second publisher, or a driver that starts before its clock.',
    ).findings(measured)


def check_stamp_order(measured: Measured) -> Iterator[Finding]:
    """Stamps that came twice or too late."""
    yield from _Oddity(
        Severity.NOTE,
        'stamp_order',
        lambda timing: timing.duplicates + timing.out_of_order,
        lambda timing: (
            f'Of {timing.messages} messages {timing.duplicates} had the stamp of another and '
            f'{timing.out_of_order} came after a later one.'
        ),
        '',
        'The former count once and the latter were sorted. Look for a second publisher if there '
        'are many.',
    ).findings(measured)


def check_gaps(measured: Measured) -> Iterator[Finding]:
    """Holes in a topic."""
    yield from _Oddity(
        Severity.NOTE,
        'gaps',
        lambda timing: timing.period_max_ms if timing.gaps else 0.0,
        lambda timing: (
            f'{"1 gap" if timing.gaps == 1 else f"{timing.gaps} gaps"} between messages, the '
            f'longest {timing.period_max_ms:.0f} ms.'
        ),
        'more than 3 times the usual period',
        'Nothing is interpolated across a gap; ticks in it are dropped.',
    ).findings(measured)


def _jump(timing: TopicTiming) -> str:
    largest = max(timing.jumps, key=lambda jump: abs(jump.seconds))
    times = 'once' if len(timing.jumps) == 1 else f'{len(timing.jumps)} times'
    whose = 'recorder' if largest.clock == 'receive' else 'driver'
    return f'A clock jumped {times}, at most by {largest.seconds:+.3g} s (that of the {whose}).'
