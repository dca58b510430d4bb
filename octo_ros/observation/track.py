# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The recent samples of one source, seen as they were known at a given time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from octo_ros.types import Sample

T = TypeVar('T')

RECEIVED = attrgetter('received_ns')
STAMP = attrgetter('stamp_ns')


@dataclass(frozen=True)
class Bracket(Generic[T]):
    """Two neighbours in time and where between them the wanted time lies.

    Attributes:
        before: Newest sample at or before the wanted time.
        after: Oldest sample at or after it; the same as `before` when nothing newer is known.
        fraction: 0 at `before`, 1 at `after`.
    """

    before: Sample[T]
    after: Sample[T]
    fraction: float


class Track(Generic[T]):
    """A bounded buffer of samples that answers only with what had arrived.

    A sample counts as arrived at `max(received_ns, stamp_ns)`, so neither a message nor a clock
    that runs ahead brings anything from the future. Of samples with the same stamp the first to
    arrive is kept.

    Args:
        keep_ns: Samples received earlier than this before `now` are forgotten [ns].
        capacity: Most samples held, whatever their age.
        max_ahead_ns: Samples stamped further ahead of their arrival are never used [ns]: by the
            time of their stamp they tell of a moment that long ago.
    """

    def __init__(self, keep_ns: int, capacity: int, max_ahead_ns: int) -> None:
        self._keep_ns = keep_ns
        self._capacity = capacity
        self._max_ahead_ns = max_ahead_ns
        self._samples: list[Sample[T]] = []
        # So many of the oldest must go until the rest is in order: nearly always 0.
        self._disordered = 0

    def add(self, sample: Sample[T]) -> None:
        """Store a sample; the order of arrival does not matter."""
        if len(self._samples) == self._capacity:
            self._forget(1)
        if sample.stamp_ns - sample.received_ns > self._max_ahead_ns:
            self._disordered = len(self._samples) + 1
        elif self._samples:
            last = self._samples[-1]
            if sample.stamp_ns <= last.stamp_ns or sample.received_ns < last.received_ns:
                self._disordered = len(self._samples)
        self._samples.append(sample)

    def clear(self) -> None:
        """Forget everything."""
        self._samples.clear()
        self._disordered = 0

    def ahead_ns(self, now_ns: int) -> int:
        """How far the newest message's stamp lies ahead of its arrival [ns], 0 if it does not.

        Only what had come in by `now_ns` counts, and only while it is kept.
        """
        oldest = now_ns - self._keep_ns
        known = [s for s in self._samples if oldest <= s.received_ns <= now_ns]
        newest = max(known, key=lambda s: s.received_ns, default=None)
        return 0 if newest is None else max(0, newest.stamp_ns - newest.received_ns)

    def arrived(self, now_ns: int, within_ns: int | None = None) -> list[Sample[T]]:
        """The samples known at `now_ns` and not too old, by ascending stamp, each stamp once.

        Args:
            now_ns: Nothing that arrived later is known [ns].
            within_ns: Only what was received so shortly before counts [ns]; None for all.
        """
        self._forget_before(now_ns - self._keep_ns)
        oldest = now_ns - (self._keep_ns if within_ns is None else within_ns)
        if self._disordered == 0:
            first = bisect_left(self._samples, oldest, key=RECEIVED)
            return self._samples[first : bisect_right(self._samples, now_ns, key=arrival_ns)]
        known = (
            sample
            for sample in self._samples
            if sample.received_ns >= oldest
            and arrival_ns(sample) <= now_ns
            and sample.stamp_ns - sample.received_ns <= self._max_ahead_ns
        )
        once: dict[int, Sample[T]] = {}
        for sample in sorted(known, key=arrival_ns):
            once.setdefault(sample.stamp_ns, sample)
        return [once[stamp] for stamp in sorted(once)]

    def _forget_before(self, oldest_ns: int) -> None:
        """Forget the oldest, up to the first that was received at `oldest_ns` [ns] or later."""
        count = 0
        while count < len(self._samples) and self._samples[count].received_ns < oldest_ns:
            count += 1
        if count:
            self._forget(count)

    def _forget(self, count: int) -> None:
        del self._samples[:count]
        self._disordered = max(0, self._disordered - count)


def arrival_ns(sample: Sample[T]) -> int:
    """When a sample may be used from: after its arrival and not before its own stamp [ns]."""
    return max(sample.received_ns, sample.stamp_ns)


def nearest(samples: list[Sample[T]], time_ns: int) -> Sample[T]:
    """The sample whose stamp is nearest to `time_ns`, the older of two at the same distance.

    Args:
        samples: At least one, by ascending stamp.
        time_ns: Wanted time [ns].
    """
    return min(samples, key=lambda sample: abs(sample.stamp_ns - time_ns))


def bracket(samples: list[Sample[T]], time_ns: int) -> Bracket[T] | None:
    """The neighbours of `time_ns`; None if all samples are newer.

    Args:
        samples: At least one, by ascending stamp.
        time_ns: Wanted time [ns].
    """
    i = bisect_left(samples, time_ns, key=STAMP)
    if i == len(samples):
        return Bracket(samples[-1], samples[-1], 0.0)
    if samples[i].stamp_ns == time_ns:
        return Bracket(samples[i], samples[i], 0.0)
    if i == 0:
        return None
    before, after = samples[i - 1], samples[i]
    fraction = (time_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
    return Bracket(before, after, fraction)
